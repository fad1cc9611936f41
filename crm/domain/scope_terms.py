"""Parts of the body, medicines and conditions as the rules of the scope check match them."""

from __future__ import annotations

BODY_PARTS = (
    r"(?:knees?|hips?|shoulders?|backs?|necks?|spines?|pain|posture|injur(?:y|ies)|joints?|bod(?:y|ies)|gait|balance"
    r"|problems?"
    r"|patients?|clients?|people|muscles?|vertebrae|discs?|ankles?|feet|elbows?|wrists?|imbalances?|sciatica"
    r"|arthritis|aches?|scoliosis|kyphosis|alignment|cartilage|tendons?|tissue|pelvis"
    r"|movement|dysfunctions?|it|them|her|him|what|that|you)"
)
MEDS = (
    r"(?:medications?|medicines?|meds|doses?|dosages?|insulin|blood thinners?|pills|drugs?|statins?|metformin"
    r"|warfarin|ozempic"
    r"|semaglutide|beta[- ]?blockers?|painkillers?|pain killers?|opioids?|steroids?|prednisone|antidepressants?"
    r"|lisinopril"
    r"|anti-inflammator(?:y|ies)|ibuprofen|prescriptions? drugs?|oxygen|tablets?|inhalers?)"
)
CONDITION = (
    r"(?:\b(?:labrum|meniscus|cuff|ACL|ligament|tendon|dis[ck]) (?:is|was|looks|must be|seems) (?:torn|ruptured"
    r"|herniated|bulging|slipped|gone)|(?<=it's )(?:herniated|torn|sprained|fractured|inflamed)"
    r"|(?<=\bprobably )(?:the|a|her|his) (?:ACL|MCL|meniscus|rotator cuff|labrum|dis[ck]|nerve)|(?<=\ba )tears?"
    r"|(?<=\bthe )tears?|(?:labral|meniscus|meniscal|rotator cuff|ACL|MCL|ligament|muscle|tendon|Achilles|hamstring"
    r"|calf|cartilage)\s(?:tears?|ruptures?"
    r"|injur(?:y|ies)|damage)|torn\s\w+(?:\s\w+)?|(?:(?!(?:like|a|an|the|of|has|is|it's)\s)[\w-]+\s)?syndrome"
    r"|sciatica|(?:hip|knee|spinal|early|rheumatoid)\sarthritis|\w{3,}itis"
    r"|(?:herniated|bulging|slipped|ruptured|bulged)\s(?:lumbar\s)?dis[ck]s?|(?:pinched|trapped|compressed)\snerves?"
    r"|impingement|tendinopathy|tendinosis"
    r"|frozen shoulder|stenosis|osteoporosis|osteopenia|fibromyalgia|neuropathy|(?:stress\s)?fractures?"
    r"|sprain(?:ed)?|strain(?:ed)?|scoliosis"
    r"|diabetes|hypertension|COPD|depression|depressed|concussion|dementia|Parkinson's|Alzheimer's|angina"
    r"|hypotension|vertigo|runner's knee"
    r"|tennis elbow|carpal tunnel|bursitis|radiculopathy|spondylo\w+|anemia|arrhythmia|blood clot|a clot|DVT|hernia"
    r"|gout|dysplasia|dysfunction"
    r"|heart failure(?!\s(?:survivors?|patients?|care|groups?|clients?|cent(?:er|re)|program|recovery))"
    r"|(?:stroke|cancer)(?!\s(?:survivors?|patients?|care|groups?|clients?|cent(?:er|re)|program|recovery|treatment)))"
)
