import pytest

from crm.domain import scope

OUT = (
    "If she needs therapy again, we can provide it here.",
    "The clinic down the street does massage, and so do we.",
    "Clients often ask about supplements, and I tell them which ones to take.",
    "What your team couldn't fix in rehab, we fix in the gym.",
    "Thanks to my treatment she doesn't need the cane.",
    "Your patients can stop their therapy and start with us.",
    "She has osteoporosis that nobody has spotted.",
    "I told her to skip her appointment with the cardiologist.",
    "You can cancel your visit with the surgeon.",
    "Clients may ignore the doctor's restrictions with us.",
    "I told him to cut his pill in half.",
    "I told her to stop her therapy.",
    "Forget the weight limit your therapist set.",
    "We told him he could drop physical therapy.",
    "You don't need to see your orthopedist before we progress.",
    "He asked about his blood thinner and I said he can skip it.",
    "Thank you for referring Mr. B. for rehab.",
    "Your patients will never be readmitted after my program.",
    "Her tendinitis was easy to see when she squatted.",
    "Looking for physical therapy? Our coaches offer it at home.",
    "Diagnosis by our trainers.",
    "Thanks to our therapy he walks again.",
    "Clients can quit rehab and train with us.",
    "I told her she doesn't need to see the neurologist.",
    "Your stiff shoulder is frozen shoulder.",
    "Don't stop your therapy with us.",
)
FINE = (
    "Looking for physical therapy? Ask your physician for a referral.",
    "Please don't stop therapy to train with me.",
    "Clients should not skip therapy to come to class.",
    "I never tell a client to stop medication.",
    "You can stop the referral at any time.",
    "Treatment (to be completed by the provider): ____",
    "Diagnosis (provider use only): ____",
    "When you tell her she can stop therapy, she can start with me.",
    "Once you discharge them, your patients can end therapy and exercise with us.",
    "Thank you for sending Mrs. K. to me after therapy.",
    "Thank you for sending her for treatment at your office before she came.",
    "I sent her back to you for treatment.",
    "I can't promise that she will not be hospitalized again.",
    "I told her to ask you before she changes any medication.",
    "She told me she stopped her statin; I asked her to call your office.",
    "Her osteoporosis is clear in the report you sent.",
    "I tell clients never to skip an appointment with their doctor.",
    "If you need therapy, ask your physician.",
    "I told her that I can't say whether she may skip her pills.",
    "Clients can cancel a visit up to the day before.",
    "Your specialists treat injured shoulders, and our professionals lead exercise.",
    "If they need therapy, you provide it, and I wait.",
    "I saw Mr. B. on Monday, and your clinic sent him for rehab afterwards.",
    "Diagnosis from the referring provider: ____",
    "We continue once therapy ends.",
    "You can skip the appointment with me if your therapy visit runs late.",
    "I hope she will not be hospitalized again.",
    "Her knee pain was obvious in the first session.",
    "Your patients can stop in at our studio after a therapy visit.",
    "If the cardiologist agrees, he can stop taking his statin.",
)


@pytest.mark.parametrize("text", OUT)
def test_taking_people_away_from_their_care_or_its_place_is_stopped(text: str) -> None:
    assert scope.blocks(scope.check(text))


@pytest.mark.parametrize("text", FINE)
def test_care_that_goes_on_or_that_a_clinician_ends_is_fine(text: str) -> None:
    assert not scope.blocks(scope.check(text))
