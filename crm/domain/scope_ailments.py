"""Names of ailments, and verbs that claim to mend them or to find them, as the rules of the scope check match them."""

from __future__ import annotations

#: Diseases, injuries and complaints as plain nouns, wherever they stand.
AILMENT = (
    r"(?:\w{3,}itis|\w+opath(?:y|ies)|\w+(?:algia|osis)(?<!diagnosis)(?<!prognosis)|sciatica|arthritis|diabetes"
    r"|hypertension|COPD|asthma|cancer|tumou?rs?"
    r"|osteoporosis|osteopenia|Parkinson's|Alzheimer's|dementia|depression|anxiety|PTSD|burnout|tinnitus|eczema"
    r"|allerg(?:y|ies)|ulcers?|reflux|IBS|TMJ|infections?|hormones|hormonal imbalances?|immune system"
    r"|irritations?|instability|dislocations?|subluxations?|edema|palsy|shingles|Crohn's|thyroid|swollen \w+|sore \w+"
    r"|stiff necks?|panic attacks?|phobias?"
    r"|burnout|trauma|grief|epilepsy|lupus"
    r"|heart (?:disease|failure|attacks?|conditions?|problems?)|coronary disease|strokes?|angina|gout|obesity"
    r"|scoliosis|stenosis"
    r"|vertigo|dizziness|migraines?|headaches?|whiplash|lymph(?:o)?edema|swelling|inflammation|spasms?|scar tissue"
    r"|(?:herniated|bulging|slipped|damaged|ruptured|worn|degenerated)\s(?:\w+\s)?dis[ck]s?|dis[ck] (?:herniations?"
    r"|bulges?"
    r"|problems?)|pinched nerves?|nerve (?:pain|damage)|trigger points?|impingement|syndromes?|bunions?|hernias?"
    r"|(?:rotator cuff|labral|meniscus|meniscal|ligament|muscle|tendon|ACL|MCL|Achilles)\s(?:\w+\s)?(?:tears?"
    r"|injur(?:y|ies)|problems?"
    r"|strains?|damage)|torn \w+(?: \w+)?|tears?\b|sprains?|strains?|fractures?|concussions?|shin splints"
    r"|plantar fascia"
    r"|frozen shoulders?|tennis elbow|runner's knee|carpal tunnel(?: syndrome)?|bad (?:backs?|knees?|shoulders?|hips?)"
    r"|(?:chronic |nerve |joint |back |knee |hip |neck |shoulder )?(?:pain|aches?)\b(?!\sscores?)"
    r"|(?:high )?blood (?:pressure|sugar)|cholesterol|A1C|insomnia|incontinence|vestibular (?:problems?|disorders?)"
    r"|diseases?|disorders?|illness(?:es)?|patholog(?:y|ies)|injur(?:y|ies)|(?:medical |chronic |health )conditions?"
    r"|adhesions?|numbness|tremors?|breathlessness|shortness of breath|fatigue syndrome|kidney stones?|arteries"
    r"|cartilage|leg[- ]length (?:differences?|discrepanc(?:y|ies))|(?:leuk|an|isch|hypoglyc|hyperglyc)emia|aphasia"
    r"|(?:para|hemi|quadri)plegia|hemiparesis|(?:muscular )?(?:dys|a)trophy|\w+(?:melan|carcin|lymph|gli|sarc)oma|melanoma"
    r"|glaucoma|lymphoma|\w+listhesis|rheumatism|lumbago|neuroma|sarcopenia|sleep apnea|ALS|MS\b|emphysema|bronchitis"
    r"|fatty liver|long COVID|chronic fatigue|IT band syndrome|hyperkyphosis|plaque|menopause|hot flashes|PCOS|endometriosis)"
)
#: Words that can stand between such a verb and what it is done to, but nothing that begins another phrase.
_GAP = (
    r"(?:(?!(?:of|with|for|in|after|before|who|whose|around|from|by|to|and|or|on|at|about|when|if|that|which|the way"
    r"|without"
    r"|despite|near|because|since|as|during|past|not|under)\b)[\w'’-]+,?\s){0,4}?"
)
MENDS = (
    r"(?:revers(?:e|es|ed|ing)|eliminat(?:e|es|ed|ing)|beat(?:s|ing)?|conquer(?:s|ed|ing)?|defeat(?:s|ed|ing)?"
    r"|banish(?:es|ed|ing)?"
    r"|resolv(?:e|es|ed|ing)|remed(?:y|ies|ied)|dissolv(?:e|es|ed|ing)|eras(?:e|es|ed|ing)|undo(?:es|ing)?|undid"
    r"|kill(?:s|ed|ing)?"
    r"|get(?:s|ting)? rid of|got rid of|rid|clear(?:s|ed|ing)? up|wip(?:e|es|ed|ing) out|end(?:s|ed|ing)?|put(?:s"
    r"|ting)? an end to"
    r"|overcome(?:s)?|overcoming|overcame|correct(?:s|ed|ing)?|repair(?:s|ed|ing)?|fix(?:es|ed|ing)?|heal(?:s|ed|ing)?"
    r"|cur(?:e|es|ed|ing)"
    r"|break(?:s|ing)? up|broke up|stop(?:s|ped|ping)?|regenerat(?:e|es|ed|ing)|restor(?:e|es|ed|ing)|tak(?:e|es"
    r"|ing) away|took away|knock(?:s|ed|ing)? out"
    r"|prevent(?:s|ed|ing)?|melt(?:s|ed|ing)? away|shut(?:s|ting)?(?: down| off)?|(?:switch|turn)(?:e?s|ed|ing)? off"
    r"|silenc(?:e|es|ed|ing)|crush(?:es|ed|ing)?|smash(?:es|ed|ing)?|zap(?:s|ped|ping)?|halt(?:s|ed|ing)?|arrest(?:s|ed"
    r"|ing)?|stav(?:e|es|ed|ing) off|(?:ward|fend|head)(?:s|ed|ing)? off|turn(?:s|ed|ing)? around|solv(?:e|es|ed|ing)"
    r"|sort(?:s|ed|ing)? out|iron(?:s|ed|ing)? out|bust(?:s|ed|ing)?|flush(?:es|ed|ing)? out|chas(?:e|es|ed|ing) away"
    r"|driv(?:e|es|ing) (?:out|away)|drove (?:out|away)|mak(?:e|es|ing) (?:your|their|her|his) (?=\w+ (?:go away|disappear))"
    r"|clear(?:s|ed|ing)? out|neutrali[sz](?:e|es|ed|ing)|purg(?:e|es|ed|ing)|annihilat(?:e|es|ed|ing)|outsmart(?:s|ed"
    r"|ing)?)"
)
EASES = (
    r"(?:manag(?:e|es|ed|ing)|control(?:s|led|ling)?|reliev(?:e|es|ed|ing)|alleviat(?:e|es|ed|ing)|eas(?:e|es|ed|ing)"
    r"|sooth(?:e|es|ed|ing)"
    r"|tackl(?:e|es|ed|ing)|combat(?:s|ed|ing)?|fight(?:s|ing)?|fought|lower(?:s|ed|ing)?|normaliz(?:e|es|ed|ing)"
    r"|regulat(?:e|es|ed|ing)"
    r"|bring(?:s|ing)? down|brought down|address(?:es|ed|ing)?|work(?:s|ed|ing)? out|calm(?:s|ed|ing)?|releas(?:e|es"
    r"|ed|ing)|numb(?:s|ed|ing)?"
    r"|retrain(?:s|ed|ing)?)"
)
MENDING = rf"\b{MENDS}\s{_GAP}{AILMENT}(?!\w)"
EASING = rf"\b{EASES}\s{_GAP}{AILMENT}(?!\w)"

_FINDS = (
    r"(?:target(?:s|ed|ing)?|address(?:es|ed|ing)?|get(?:s|ting)? (?:down )?to|go(?:es)? (?:straight |right )?(?:after|to)|reach(?:es|ed|ing)?|attack(?:s|ed|ing)?|strik(?:e|es|ing) at|evaluat(?:e|es|ed|ing)"
    r"|assess(?:es|ed|ing)?|examin(?:e|es|ed|ing)|inspect(?:s|ed|ing)?|screen(?:s|ed"
    r"|ing)?(?: \w+){0,3}? for"
    r"|test(?:s|ed|ing)?(?: \w+)? for|check(?:s|ed|ing)?(?: \w+){0,3}? for|look(?:s|ed|ing)? for|palpat(?:e|es|ed|ing)"
    r"|determin(?:e|es|ed|ing)"
    r"|identif(?:y|ies|ied|ying)|pinpoint(?:s|ed|ing)?|detect(?:s|ed|ing)?|spot(?:s|ted|ting)?|find(?:s|ing)?(?: out)?"
    r"|found(?: out)?"
    r"|locat(?:e|es|ed|ing)|establish(?:es|ed|ing)?|confirm(?:s|ed|ing)?|rul(?:e|es|ed|ing) out|figur(?:e|es|ed"
    r"|ing) out|work(?:s|ed|ing)? out"
    r"|recogni[sz](?:e|es|ed|ing)|tell(?:s|ing)?|told|explain(?:s|ed|ing)?|reveal(?:s|ed|ing)?|show(?:s|ed|ing)?"
    r"|nam(?:e|es|ed|ing)"
    r"|catch(?:es|ing)?|caught|uncover(?:s|ed|ing)?|discover(?:s|ed|ing)?|decid(?:e|es|ed|ing)|know(?:s|ing)?|see|sees"
    r"|classif(?:y|ies|ied|ying)|grad(?:e|ed|ing))"
)
_PERSON = r"(?:(?:you|them|him|her|people|clients|everyone|each person|patients)\s)?"
HIDDEN = (
    r"(?:(?:the|a|your|their|his|her|each|every|any|its)\s)?(?:\w+\s)?(?:root |real |true |underlying "
    r"|exact )?(?:causes?|sources?|origins?)"
    r"\s(?:of|behind|for)\s(?:[\w'’-]+\s){0,3}?(?:pain|aches?|problems?|injur\w+|symptoms?|limp|weakness|dizziness"
    r"|discomfort|it|numbness|swelling)\b"
    r"|(?:what|which)(?: of the)? (?:conditions?|diseases?|injur(?:y|ies)|ligaments?|tendons?|muscles?|nerves?|joints?"
    r"|dis[ck]s?|structures?)\b"
    r"|(?:the )?(?:grade|degree|severity|extent|nature|stage|type|kind) of (?:\w+ ){0,2}?(?:injur\w+|sprains?|tears?"
    r"|arthritis|damage|strains?|disease|problem|fracture)\b"
    r"|(?:which|what) (?:kind|type|sort) of (?:\w+ ){0,2}?(?:pain|injury|arthritis|problem|condition)\b"
    r"|the (?:very )?(?:roots?|core|heart|bottom|source) of (?:the|your|their|her|his|every|any|each) (?:disease|illness|pain"
    r"|problems?|symptoms?|injur(?:y|ies)|complaint|ailment)\b|where (?:it|the pain|your pain|the problem|the hurt)"
    r" (?:starts|comes from|begins|originates|really is)\b"
    r"|(?:the )?(?:underlying|root|real|true|actual) (?:causes?|sources?)\b|what(?:'s| is| was|ever is) (?:wrong|torn"
    r"|damaged|injured|inflamed|causing|going on with|behind|broken"
    r"|the matter)\b"
    r"|what (?:\w+ )?(?:condition|injury|disease|illness|problem)\b|what (?:\w+ )?condition (?:is|are)\b|what (?:they"
    r"|he|she|you) (?:have|has|ha[sd] got)\b"
    r"|why (?:\w+ ){1,4}?(?:is hurting|are hurting|is aching|hurts?|aches?|is in pain|are in pain|isn't (?:moving"
    r"|healing)|won't heal|limps?)\b"
    r"|(?:whether|if) (?:\w+ ){1,4}?(?:is|are|was|has|have|comes) (?:\w+ ){0,3}?(?:torn|arthritic|inflamed|broken"
    r"|a tear|injured|damaged|sprained"
    r"|fractured|degenerative|from the)\b"
)
_HURT = (
    r"(?:(?:the|a|an|your|their|his|her|each|every|any|all|these|new|sports?|what|acute|early|hidden|nerve|heart|joint"
    r"|lung|bone|muscle|kidney|eye|ligament|spinal)\s){0,3}(?:signs? of\s)?(?:damage|injur(?:y|ies)"
    r"|patholog(?:y|ies)|disease|diseases|illness(?:es)?|disorders?|dysfunctions?|fractures?|tears?|heart murmurs?"
    r"|murmurs?|(?:heart|joint|nerve|spinal|back|hip|knee|lung) (?:problems?|trouble|conditions?)|clots?|blood clots?"
    r"|DVT|concussions?|hernias?|infections?|arrhythmias?|dementia|problem\\b(?! with)|trouble|problem\b(?! with)"
    r"|trouble|lab (?:tests?"
    r"|results|work)|blood (?:work|tests?)|ligament (?:tears?|damage)|(?:real|true|underlying"
    r"|actual) problem)\b(?! prevention)"
)
_HOW_SOON = r"(?:(?:within|in|after|right|at|just by|from|by)\s(?:[\w'-]+\s){0,4}?)?"
FINDING = rf"\b{_FINDS}\s{_PERSON}{_HOW_SOON}(?:{HIDDEN}|{_HURT})"
READING = (
    r"\b(?:read(?:s|ing)?|interpret(?:s|ed|ing)?|look(?:s|ed|ing)? at|go(?:es)? over|explain(?:s|ed|ing)?"
    r"|analy[sz](?:e|es|ed|ing))\s(?:\w+\s){0,2}?"
    r"(?:X-rays?|MRIs?|scans?|lab (?:tests?|results|work)|blood (?:work|tests?)|imaging|EKGs?|ECGs?)\b(?! reports?)"
    r"(?=(?:[^.;]*\b(?:tell|explain|say|show|what|advi|find|decide|see)\w*)|\W*$)"
)
#: What is done to a body by those who claim to mend it.
BODY_MENDING = (
    r"\b(?:restor(?:e|es|ed|ing)(?= (?:the|your|her|his|their) (?:body|spine|joints?|knees?|hips?|back)\b)"
    r"|straighten(?:s|ed|ing)?(?: out)?|snap(?:s|ped|ping)?|tap(?:e|es|ed|ing)|needl(?:e|es|ed|ing)"
    r"|decompress(?:es|ed|ing)?|mend(?:s|ed|ing)?|patch(?:es|ed|ing)? up|re-?set(?:s|ting)?"
    r"|re-?generat(?:e|es|ed|ing)|rebuild(?:s|ing)?|rebuilt|dry needl(?:e|es|ed|ing)|pull(?:s|ed|ing)? on|untwist(?:s"
    r"|ed|ing)?|align(?:s|ed|ing)?|unlock(?:s|ed|ing)?|reconstruct(?:s|ed|ing)?|put(?:s|ting)?|knead(?:s|ed"
    r"|ing)?(?: out)?|work(?:s|ed|ing)? out|sort(?:s|ed|ing)? out)"
    r"\s(?:(?!of|with|for|in|after|on|at|to|from|and|or|your hands?|back\b)[\w'’-]+,?\s){0,3}?(?:spines?|backs?|necks?"
    r"|joints?|knees?|hips?|shoulders?|ribs?|ankles?|pelvis|vertebrae|knots?|dis[ck]s?|nerves?|cartilage|calves|fascia"
    r"|legs?|tissues?|body)\b"
    r"(?: back)?(?: into)?(?: together| place| line)?"
)
#: Nouns that make a service of an ailment.
CARE = (
    r"(?:relief|care|cures?|solutions?|remed(?:y|ies)|repair|reversal|healing|correction|elimination|treatment"
    r"|specialists?|experts?)"
)
#: Parts that nobody trains: who does something to them treats.
DEEP_PARTS = (
    r"\b(?:joint capsules?|capsules?|scars?|scar tissue|fasciae?|fascia|nerve roots?|nerves?|reflex(?:es)?|organs?"
    r"|vertebrae|sacrum|meniscus"
    r"|ligaments?|cartilage|adhesions|incisions?|wounds?|blood tests?|lab tests?|hormones|dis[ck]s|trigger points?"
    r"|knots?)\b"
)
BY_HAND = (
    r"\b(?:joints?|capsules?|scars?|muscles?|tissues?|fascia|hips?|shoulders?|knees?|backs?|necks?|calf|calves|flexors"
    r"|knots?|spine|ankles?|it|them)\s"
    r"(?:\w+\s){0,2}?(?:by hand|with my (?:own )?(?:hands|thumbs|elbows?|fingers|knuckles))\b"
)
PUT_ON = (
    r"\b(?:put|puts|putting|start|started|starts|keep|kept)\s(?:him|her|them|you|people|clients?|everyone|(?:the|my"
    r"|our|your|each|every) \w+)\son\s(?:an?\s|some\s)?(?:\w+\s){0,2}?"
    r"(?:extracts?|diets?|fasts?|cleanse|detox|juices?|herbs?|teas?|tablets?|supplements?|regimen|protocol|vitamins?"
    r"|oils?|powders?|shakes?|pills?)\b"
    r"|\b(?:cut out|gave up|banned|dropped|removed|eliminated?) (?:\w+ )?(?:meat|dairy|sugar|gluten|carbs|salt|alcohol"
    r"|wheat|caffeine)\b"
)
OVERCOME = (
    rf"\b{AILMENT},? (?:and|so|but) (?:I|we)(?:'m|'re| am| are|'ve been| have been)? (?:\w+ )?"
    r"(?:help|coach|guid|talk|work|walk)\w* (?:(?:her|him|them|you) )?(?:to )?"
    r"(?:overcome|get over|beat|through|with|on|past) (?:it|this|that)\b"
)
