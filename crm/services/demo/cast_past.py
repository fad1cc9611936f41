"""Partners with two years of referrals, so that results have something to tell. Written as in `cast.py`."""

PAST = """
* Rebecca Stein, MD | 207QG0300X | silver_geri | email days=MTR tags=champion | partner
  -752 visit conversation > introduced | Bernice sent me down the hall | Her falls clinic discharges to nothing.
  -748 email > sample_sent | Sent the sample report |
  -731 call will_refer > trial | One lady to begin with |
  # 722 older_adults written_pad completed | Two falls in a year, vestibular work finished
  -640 visit conversation | Brought the discharge summary |
  # 655 older_adults written_pad completed | Osteoporosis, afraid of stairs
  # 598 older_adults fax lost | Walker since spring, daughter drives
  # 541 older_adults fax completed | Hip fracture, home program alone at home
  -430 visit conversation | Her nurse asked for pads |
  # 470 older_adults written_pad completed | Deconditioned after shingles
  # 402 chronic_disease fax completed | Diabetes and slow gait
  # 333 older_adults written_pad completed | Fear of falling after a stumble
  # 262 older_adults fax completed | Knee arthritis and one fall
  -190 call conversation | Asked which reports she still wants | One page, before the visit.
  # 188 older_adults written_pad continuing | Spinal stenosis, walks with sticks
  # 119 older_adults fax completed | Three weeks in hospital, weak since
  # 58 older_adults written_pad started | Balance after inner-ear trouble
* Gregory Tate, PT, DPT | 2251X0800X | summit_pt | email days=MTWRF | partner
  -705 call conversation > introduced | Priscilla put me through | Lumbar people come back every autumn.
  -701 email > sample_sent | Sent the sample report |
  -689 meeting will_refer > trial | Coffee before his first client |
  # 681 post_rehab_conditioning call completed | Lumbar strain, back at work on light duty
  # 634 post_rehab_conditioning call completed | Meniscus, six visits used up
  # 577 post_rehab_conditioning in_person lost | Shoulder, moved across town
  # 519 post_rehab_conditioning call completed | Ankle, wants to run again
  -450 visit conversation | Watched him discharge two people |
  # 448 post_rehab_conditioning call completed | Knee replacement, right, stairs one at a time
  # 391 older_adults call completed | Knee replacement, lives alone on the third floor
  # 318 post_rehab_conditioning in_person lost | Rotator cuff, price
  # 247 post_rehab_conditioning call completed | Lumbar fusion, cleared to lift
  # 171 post_rehab_conditioning call completed | Hip arthroscopy, dances
  # 101 post_rehab_conditioning in_person completed | Knee, left, nine visits
  # 33 post_rehab_conditioning call started | Back, sits all day, therapy ended
* Lakeside Cardiac Rehab | 261QR0404X | medcenter_heart | email | partner
  -620 visit staff_only > contacted | Denise asked for proof of insurance |
  -604 meeting conversation > introduced | Met the two nurses of phase two | Twenty finish every quarter.
  -600 email > sample_sent | Sent the sample report |
  # 571 cardiac_pulmonary fax completed | Bypass, finished phase two
  # 505 cardiac_pulmonary fax completed | Stent, wants to hike again
  # 436 cardiac_pulmonary fax lost | Heart failure, chose the hospital's own class
  # 369 cardiac_pulmonary fax completed | Valve repair, cleared for intervals
  -300 visit conversation | Graduation day of phase two |
  # 296 cardiac_pulmonary fax completed | Stent and diabetes
  # 214 cardiac_pulmonary fax continuing | Bypass in winter, walks two miles
  # 143 cardiac_pulmonary fax completed | Angina, beta blocker, careful start
  # 47 cardiac_pulmonary fax scheduled | Stent, finished phase two on Friday
* Vivian Cho, MD | 207RE0101X | pecan_endo | email days=TR | partner
  -560 email - > contacted | Introduction by e-mail |
  -551 reply > introduced | “Send me what your reports look like.” |
  -550 email > sample_sent | Sent the sample report |
  # 512 chronic_disease written_pad completed | Type 2 diabetes, neuropathy in both feet
  # 466 weight_management written_pad completed | GLP-1, losing strength with the weight
  # 421 chronic_disease email lost | Type 2 diabetes, no time before summer
  -205 email - | Sent the page on strength and GLP-1 |
  -198 call conversation | She has a new nurse | “We forgot about you, honestly.”
  # 176 weight_management written_pad completed | GLP-1, forty pounds down
  # 92 weight_management written_pad started | GLP-1, wants to keep her muscle
  # 24 chronic_disease email contacted | Prediabetes, sixty, never trained
* Hiroshi Tanaka-Bell, MD | 207RX0202X | cypress_onc | email tags=oncology | partner
  -498 call conversation > introduced | Yolanda's idea | Fatigue, fatigue, fatigue.
  -495 email > sample_sent | Sent the sample report |
  # 455 cancer_recovery fax completed | Breast, finished radiation, tired
  # 397 cancer_recovery fax completed | Colon, six months after surgery
  # 341 cancer_recovery fax lost | Lymphoma, treatment started again
  # 283 cancer_recovery fax completed | Breast, shoulder range after surgery
  -240 visit conversation | Last time we spoke | Was about to go on leave.
  # 231 cancer_recovery fax completed | Prostate, lost strength on hormones
* Magda Kowalski, PT, DPT | 2251P0200X | kids_first | email | partner
  -330 visit conversation > introduced | Between two toddlers | Teenagers have nowhere to go after therapy.
  -326 email > sample_sent | Sent the sample report |
  # 301 youth in_person completed | Scoliosis, fourteen, brace at night
  # 224 youth in_person completed | Ankle, plays soccer
  # 132 youth call lost | Knee pain, school sports took over
  # 61 youth in_person started | Hypermobile, fifteen, likes climbing
* Aldo Ferraro, DO | 208100000X | spine_pain | email days=MWF tags=spine | partner
  -289 email - > contacted | Introduction by e-mail |
  -280 call left_message | |
  -271 visit conversation > introduced | Twelve minutes, he drew a spine on my pad |
  -268 email > sample_sent | Sent the sample report |
  # 252 post_rehab_conditioning written_pad completed | Lumbar stenosis, injections done
  # 195 post_rehab_conditioning written_pad completed | Neck, works at two screens
  # 138 workplace written_pad completed | Warehouse, back twice in a year
  # 79 post_rehab_conditioning written_pad started | Sciatica settled, afraid to bend
  # 1 post_rehab_conditioning call received | Lumbar, therapy ends this week
"""
