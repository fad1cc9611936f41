"""Credentials after a name, spelt every way in directories: "M.D.,P.H.D" is "MD, PhD"."""

from __future__ import annotations

import re
from functools import lru_cache

_SPELLED = (
    "MD DO PhD DPM DDS DMD DC OD PT OT DPT MPT PTA OTA OTR COTA RPh PharmD PsyD EdD AuD DNP DrPH ScD MBBS MBChB MSPT "
    "RN LPN LVN APN APRN ARNP CRNP NP PA PA-C FNP FNP-C FNP-BC ANP ANP-C ANP-BC AGNP AGNP-C AGPCNP GNP GNP-BC CNP CFNP "
    "CPNP PNP WHNP WHCNP CNS CNM CRNA PMHNP PMHNP-BC AGACNP ACNP ACNP-BC NP-C RN-BC BSN MSN ADN AND BS BA MA MS MPH "
    "MBA MHA MSW LCSW LICSW LSW LMSW MFT LMFT LPC CCC-SLP CCC-SP CCC-A MA-CCC FAAA RD RDN LD LDN CDE CDCES CSSD CCM "
    "CRC CHT OCS SCS NCS GCS CCS ECS WCS FAAOMPT OTR/L COTA/L CSCS ATC LAT CEP ACSM-CEP EP-C CPT RRT CRT FAAOS FACS "
    "FACC FACP FACE FACR FACOG FAAP FAAFP FCCP FAAPMR FACEP FSCAI FAHA FASCO FHM FRCS FRCSC FRCP MHS MOT OTD MSc "
    "MEd MMS MMSc MPAS PhDc BCPS BCPP BC HSPP CMC AACC RDCS LAc DOM LMT CNSC CHES CWS FAAN FNLA DABR DACBR PHC"
)
_BY_FOLDED = {re.sub(r"[^A-Z]", "", word.upper()): word for word in _SPELLED.split()}
_BY_FOLDED["PAC"] = "PA-C"
_BY_FOLDED["PHD"] = "PhD"
_SPLIT = re.compile(r"[,;&]+|\s+(?:and\s+)?", re.IGNORECASE)
_SPACED_LETTERS = re.compile(r"\b([A-Za-z])\.?\s+(?=[A-Za-z]\b\.?)")
# "Ma" and "Do" are also family names, so lower-case spellings of these don't count inside a name.
_ALSO_NAMES = frozenset(("Ma", "Do", "Ms", "Lat", "Dom", "And", "Pa"))


def is_credential(word: str) -> bool:
    """Whether a word after a name is a credential: "MD", "m.d.", "PT", but not the family name "Do"."""
    bare = word.strip(".,")
    return bare not in _ALSO_NAMES and _key(bare) in _BY_FOLDED


@lru_cache(maxsize=8192)
def normalise_credentials(text: str) -> str:
    """Known credentials in their usual spelling, separated by comma and space; unknown ones kept without dots."""
    joined = _SPACED_LETTERS.sub(r"\1", text.strip())
    joined = _SPACED_LETTERS.sub(r"\1", joined)
    found: list[str] = []
    for token in _SPLIT.split(joined):
        spelled = _spell(token.strip("()[]\"'"))
        if spelled and spelled not in found:
            found.append(spelled)
    return ", ".join(found)


def _spell(token: str) -> str:
    bare = token.replace(".", "").strip("-/ ")
    key = _key(bare)
    if key in _BY_FOLDED:
        return _BY_FOLDED[key]
    return bare.upper() if len(bare) <= 6 else bare.title()


def _key(word: str) -> str:
    return "".join(char for char in word.upper() if "A" <= char <= "Z")
