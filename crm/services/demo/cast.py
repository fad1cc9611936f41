# ruff: noqa: E501  (one line per thing is what makes this readable)
"""The invented practices, people and histories of the sample data. Any likeness is chance; every NPI begins with 2.

Read by `reading.py`; how the lines are written:

    @ key | practice | street | suite | nth nearest ZIP | phone | hours | visitor policy
    = contact | role | what to know
    * name or organization | taxonomy code or specialty key | practice | marks | stage
      marks: email, phone (a number of their own), tags=a+b, days=MTWRF, npi=no, off (NPI deactivated)
      -DAYS kind outcome > stage | summary | body          something that happened so many days ago; "- " for no outcome
      ! kind DAYS | title | why                            an open follow-up, due in so many days (0 is today)
      ? kind DAYS | title | waiting for                    one that waits for somebody else
      # DAYS service how status | reason                   a referral received so many days ago
      % DAYS | purpose                                     a planned visit
      ~ reason | return in DAYS                            why the stage stands aside
"""

PRACTICES = """
@ bayou_ortho | Bayou Bend Orthopedics | 6410 Wexford Blvd | Suite 1200 | 1 | 713-555-0110 | Mon to Thu 8 to 5, Fri 8 to 12 | Sign in at the desk; Tuesdays before 9 are best
= Rosa Delgado | front_desk | Knows everybody's calendar. Her daughter runs track.
= Kelvin Brandt | office_manager | Decides what may lie in the waiting room.
@ heron_pt | Heron Street Physical Therapy | 2318 Heron St | | 0 | 713-555-0121 | Mon to Fri 7 to 6 | Drop in after 12, they eat together
= Tasha Greene | front_desk | Prefers a text before a visit.
@ oak_family | Live Oak Family Medicine | 905 Quenby Ave | Suite 3 | 2 | 713-555-0132 | Mon to Fri 8 to 5 | No drop-ins in flu season
= Marisol Vega | referral_coordinator | Sends every referral herself; wants a one-page form.
= Hannah Liu | front_desk |
@ medcenter_heart | Crescent Heart Group | 7700 Almeda Row | Floor 9 | 3 | 713-555-0143 | Mon to Thu 8 to 4:30 | Vendors by appointment only
= Denise Abara | office_manager | Asks for proof of insurance before anything else.
@ magnolia_sports | Magnolia Sports Medicine | 3120 Bissett Rd | | 4 | 713-555-0154 | Mon to Fri 7:30 to 5:30 | Come by the gym door
@ cypress_onc | Cypress Creek Oncology | 11200 Tideway Dr | Suite 410 | 9 | 832-555-0165 | Mon to Fri 8 to 4 | Calls first, always
= Yolanda Price | nurse | Nurse navigator; started the walking group.
@ pecan_endo | Pecan Park Endocrinology | 4801 Larkmoor St | Suite 220 | 5 | 713-555-0176 | Mon to Thu 8:30 to 5 | Lunch visits on the first Wednesday
= Owen Castillo | front_desk | Keeps a list for lunches; we are on it for spring.
@ silver_geri | Silver Elm Senior Care | 1550 Dunmore Ln | | 6 | 281-555-0187 | Mon to Fri 8 to 5 | Welcome any afternoon
= Bernice Holloway | office_manager | Wants a class in their community room.
@ riverside_hh | Riverside Home Health | 9040 Pinder St | Suite 15 | 8 | 281-555-0198 | Office Mon to Fri 8 to 5 | Team huddle Monday 8:30
@ summit_pt | Summit Hill PT and Hand Center | 6003 Ferndale Ave | | 7 | 832-555-0109 | Mon to Fri 7 to 7 | Ask for the clinic director
= Priscilla Okoye | front_desk | Direct: will say if it is a bad day.
@ gulf_rheum | Gulf Prairie Rheumatology | 2727 Kittredge St | Suite 800 | 3 | 713-555-0118 | Tue to Fri 8 to 5 | Leave materials with the desk
@ kids_first | Little Heron Pediatrics | 5211 Marbury St | | 5 | 713-555-0129 | Mon to Sat 8 to 5 | Not during school physicals
@ lung_center | Bayside Lung and Sleep | 8181 Wickham Blvd | Suite 640 | 4 | 713-555-0137 | Mon to Fri 8 to 4:30 | By appointment
= Grace Adeyemi | referral_coordinator | Also runs the COPD education hour.
@ occ_health | Ship Channel Occupational Health | 14000 Dockside Fwy | | 14 | 281-555-0148 | Mon to Fri 6:30 to 6 | Bring ID for the gate
@ garden_living | Garden Gate Retirement Community | 3300 Ellery Park | | 2 | 713-555-0159 | Reception daily 8 to 8 | Wellness office on the first floor
= Lorraine Peck | other | Wellness director; decides about classes.
@ union_hospital | Union Memorial Hospital, Case Management | 1 Harrow Plaza | Floor 2 | 6 | 713-555-0163 | Daily 8 to 5 | Badge at the security desk
@ trim_clinic | New Leaf Weight Clinic | 6777 Sandhurst St | Suite B | 10 | 832-555-0171 | Mon to Sat 9 to 6 | Ask for the program lead
@ spine_pain | Harbor Spine and Pain | 2020 Ashcroft Pkwy | Suite 300 | 7 | 713-555-0182 | Mon to Fri 8 to 5 | Reps Thursday only
@ northside_health | Northside Community Health Center | 4420 Lyric St | | 11 | 281-555-0191 | Mon to Fri 8 to 7 | Front office is friendly, ask for outreach
@ westbrook_hr | Westbrook Valve Works | 12900 Foundry Rd | | 12 | 281-555-0104 | Mon to Fri 7 to 4 | Meet at the gatehouse
"""

PARTNERS = """
* Maria C. López-Ruiz, MD, FAAOS | 207X00000X | bayou_ortho | email tags=knees+champion days=MTR | partner
  -168 visit staff_only > contacted | Left a card with Rosa | Doctor in surgery until noon on Tuesdays. Rosa says come before nine.
  -154 visit conversation > introduced | Ten minutes before her first case | What happens when visits run out? “They call us in a panic at week ten.” Wants to see a report before anything else.
  -150 email > sample_sent | Sent the sample report | Progress report with ROM, chair stand and walking distance.
  -138 call will_refer > trial | She read the sample | Liked that it shows the limits of change. Will send one knee to see.
  # 126 post_rehab_conditioning fax continuing | Knee replacement, PT ended at full extension, wants stairs back
  -125 email - | Thank-you the same day |
  # 84 post_rehab_conditioning written_pad completed | Meniscus repair, cleared for progressive loading
  -60 visit conversation | Brought the six-week report in person | She showed it to her PA. Asked whether we see shoulders too.
  # 41 post_rehab_conditioning fax started | Rotator cuff repair, discharged from PT
  # 6 post_rehab_conditioning fax contacted | Second knee of the client from spring
  -5 email - | Thank-you for the referral |
  ! visit 3 | Visit Dr. López-Ruiz with the shoulder report | She asked about shoulders; bring the one from January
* Luis Ortega, PT, DPT, OCS | 2251X0800X | heron_pt | email tags=champion days=MTWRF | partner
  -140 call conversation > introduced | Called at lunch | Same gym chain years ago. Discharges four or five a week who are “not done”.
  -133 visit conversation | Saw the clinic | They run out of visits around week eight. Wants the hand-off to be a conversation, not a flyer.
  -131 email > sample_sent | Sent the sample report |
  -118 meeting will_refer > trial | Lunch with Luis and the team | In-service promised. First client next week.
  # 111 post_rehab_conditioning in_person continuing | Lumbar fusion, independent with home program, wants to lift grandchildren
  -110 call done | Thanked him by phone |
  # 73 older_adults call continuing | Falls risk after hip fracture, finished balance block
  # 38 post_rehab_conditioning call completed | Ankle fracture, back to hiking was the goal
  -36 in_service conversation | In-service talk for six PTs | Questions about documentation and when we send people back.
  # 17 post_rehab_conditioning call scheduled | Shoulder, adhesive capsulitis, range back to functional
  -16 email - | Thank-you and note on the first assessment |
  ! report -1 | Send Luis the 30-day note on the hip client | Due every 30 days
* Adaeze Okafor, MD | 207Q00000X | oak_family | email tags=diabetes days=MTWF | partner
  -120 visit staff_only > contacted | Met Marisol | She wants a one-page form with boxes. Made one that night.
  -112 call conversation > introduced | Dr. Okafor called back | Half her day is blood sugar. “I tell them to exercise and then nobody knows how.”
  -110 email > sample_sent | Sent the sample report |
  -97 visit will_refer > trial | Form approved | Marisol has a stack at her desk.
  # 88 chronic_disease written_pad continuing | Type 2 diabetes, new to exercise, cleared
  -87 email - | Thank-you |
  # 52 chronic_disease written_pad lost | High blood pressure; works nights, no slot fits
  # 20 chronic_disease written_pad started | Type 2 diabetes and knee arthritis
  -19 email - | Thank-you with the first-session note |
  ! call 0 | Ask Marisol for more addresses of the second office | Opening in the Heights
* Ingrid Solberg, PT, GCS | 2251G0304X | summit_pt | email days=MWF | partner
  -205 visit conversation > introduced | Dropped in, she had time | Runs the balance class; waiting list of twelve.
  -198 email > sample_sent | Sent the sample report |
  -190 call will_refer > trial | Wants to try with one |
  # 183 older_adults call continuing | Two falls last year, finished vestibular work
  # 149 older_adults call completed | Deconditioned after pneumonia
  # 121 older_adults fax continuing | Osteoporosis, wants to keep the gains
  -118 visit conversation | Coffee at the clinic | All good, new receptionist.
  -60 email - | Sent the quarter's numbers |
  ! call -4 | Call Ingrid: nothing since four months | A partner who has gone quiet
* Samuel Adjei, MD, FACC | 207RC0000X | medcenter_heart | email tags=cardiac | partner
  -96 call staff_only > contacted | Denise asked for proof of insurance | Sent the certificate.
  -89 meeting conversation > introduced | Fifteen minutes with Dr. Adjei | After cardiac rehab “they have a folder and good intentions”.
  -86 email > sample_sent | Sent the sample report | Heart-rate limits on the first line, as he asked.
  -75 call will_refer > trial | Will send one phase-three client |
  # 66 cardiac_pulmonary fax continuing | Stent in spring, finished phase two
  -65 email - | Thank-you |
  # 9 cardiac_pulmonary fax received | Valve repair, finished phase two last week
  ! call_client -1 | Call the client of Dr. Adjei | Referred nine days ago, not reached yet
* Thu Pham, PT, DPT | 2251S0007X | magnolia_sports | email days=TWRF | partner
  -74 visit conversation > introduced | Met on the turf | Two of hers train at our place already.
  -70 email > sample_sent | Sent the sample report |
  -61 call will_refer > trial | Has somebody in mind |
  # 55 post_rehab_conditioning in_person completed | ACL, cleared by surgeon, back to soccer
  # 26 youth call started | Scoliosis, fifteen, brace hours done
  -25 email - | Thank-you |
  ! thank_you 0 | Thank-you card to Thu | The soccer client made the team
"""

WARM = """
* Priya Natarajan, MD | 207RE0101X | pecan_endo | email tags=diabetes days=MTWR | trial
  -66 visit left_materials > contacted | Left a card and a blank pad with Owen |
  -58 visit conversation > introduced | Lunch on the first Wednesday | Eight people at the table. Wants strength work for everybody on a GLP-1.
  -57 email > sample_sent | Sent the sample report |
  -30 call will_refer > trial | Will send one to begin with | “Somebody who has lost sixty pounds and half her muscle.”
  ! call 1 | Ask Dr. Natarajan whether the first client has our number | Agreed to send one
* Malik Thompson, PA-C | 363AM0700X | bayou_ortho | email phone | trial
  -49 visit conversation > introduced | Met at the desk, works with Dr. López-Ruiz | Does the discharge visits.
  -45 email > sample_sent | Sent the sample report |
  -21 call will_refer > trial | Hip group could be for us |
  ! visit 0 | Bring Malik ten referral pads | He gives them out at the last visit
* Hope Lindqvist, RN | 163WC3500X | medcenter_heart | email tags=cardiac | trial
  -44 call conversation > introduced | She leads phase two | Twelve a month finish.
  -41 email > sample_sent | Sent the sample report |
  -15 meeting will_refer > trial | Watched a class | One client from the February group.
  ! call -2 | Ring Hope about the February group | They finished on Friday
* Grace Kim, OTR/L, CHT | 225XH1200X | summit_pt | email days=MTR | trial
  -52 visit conversation > introduced | Showed the hand dynamometer | Grip strength is what she wants to see followed.
  -50 email > sample_sent | Sent the sample report |
  -27 call will_refer > trial | Distal radius, eight weeks out |
  ? call 4 | Hear from Grace | Surgeon's clearance for the wrist client
* Walter Boateng, MD | 207RG0300X | silver_geri | email days=MTWRF tags=falls | trial
  -80 visit conversation > introduced | Bernice walked me in |
  -78 email > sample_sent | Sent the sample report | With chair stand and walking speed.
  -33 meeting will_refer > trial | Saw the community room | Would like a class there twice a week.
  % 2 | Agree on days for the class with Bernice
  ! visit 2 | See Bernice about the class | Room is free Tuesday and Thursday
* Daniel Reyes, MD | 207XS0114X | bayou_ortho | email days=WF | sample_sent
  -40 call staff_only > contacted | Rosa will pass it on |
  -29 visit conversation > introduced | Between two cases | What happens to your patients when visits run out? “Honestly, I don't know.”
  -27 email - > sample_sent | Sent the sample report |
  ! call 0 | Ask Dr. Reyes what he thought of the sample | Five business days have passed
* Fatima Al-Rashid, MD | 207RX0202X | cypress_onc | email tags=oncology | sample_sent
  -35 call conversation > introduced | Yolanda put me through | Fatigue is what her patients speak of first.
  -31 email > sample_sent | Sent the sample report |
  -18 call left_message | Message with Yolanda |
  ! call -3 | Call Dr. Al-Rashid again | Left a message, no answer yet
* Kenji Watanabe, MD | 207RP1001X | lung_center | email | sample_sent
  -55 call staff_only > contacted | Grace asked what we measure |
  -43 meeting conversation > introduced | Came to the COPD hour | Six-minute walk is the language here.
  -42 email > sample_sent | Sent the sample report |
  -12 reply | “Thanks, will look after the conference.” |
  ! call 6 | Call Dr. Watanabe after the conference | He wrote so himself
* Renée Thibodeaux, MD | 207RR0500X | gulf_rheum | email days=TWRF | sample_sent
  -38 visit left_materials > contacted | Left materials |
  -24 call conversation > introduced | She called about the hand group |
  -23 email > sample_sent | Sent the sample report |
  ! email 1 | Send Dr. Thibodeaux the arthritis group dates | She asked for days and times
* Carlos Mendoza, PT | 225100000X | heron_pt | email days=MTW | sample_sent
  -36 in_service conversation > introduced | Was in the room at the talk |
  -20 email > sample_sent | Sent the sample report |
* Aaliyah Robinson, NP | 363LF0000X | oak_family | email | sample_sent
  -26 visit conversation > introduced | Marisol introduced us |
  -19 email > sample_sent | Sent the sample report |
  -8 email - | Sent the plain-words page on blood pressure and lifting |
  ! call 2 | Call Aaliyah | New value after a week
* Bayside Pulmonary Rehab | 261QR0404X | lung_center | | sample_sent
  -48 call staff_only > contacted | Program lead is on leave until Monday |
  -37 visit conversation > introduced | Met the program lead |
  -36 email > sample_sent | Sent the sample report |
  ! visit -6 | Bring the program lead the maintenance class plan | Promised for last week
"""

EARLY = """
* Olumide Bakare, MD | 208100000X | spine_pain | email tags=spine | introduced
  -31 visit left_materials > contacted | Thursday, left a card |
  -17 visit conversation > introduced | Four minutes in the hallway | Wants people moving without being told it hurts.
  ! sample 0 | Send Dr. Bakare the sample report | He said yes to a sample
* Sofia Petrova, PT, DPT | 2251N0400X | summit_pt | email days=MTWRF | introduced
  -22 call conversation > introduced | Balance and gait after stroke | Discharges when the plateau comes, hates that word.
  ! sample 1 | Sample report for Sofia, the balance version | Wants Berg and walking speed
* James Whitehorse, DO | 207Q00000X | northside_health | email | introduced
  -25 call left_message > contacted | |
  -14 visit conversation > introduced | Met outreach and Dr. Whitehorse | Half of his people pay cash or nothing; groups are the way.
  ! call -1 | Call Dr. Whitehorse about a free trial group | Asked for a price per head
* Leilani Kahale, MD | 207QS0010X | magnolia_sports | email days=MWF | introduced
  -19 visit conversation > introduced | Thu walked me over |
  ! email 2 | Send Dr. Kahale the return-to-run page | Promised on the visit
* Nora Eriksen, MD | 207RH0003X | cypress_onc | email | introduced
  -30 visit staff_only > contacted | Yolanda explained the clinic |
  -11 call conversation > introduced | Interested in strength during survivorship |
  ! call 3 | Call Dr. Eriksen | A week after we spoke
* Tomás Herrera, DPM | 213E00000X | pecan_endo | | introduced
  -16 visit conversation > introduced | In the corridor at Pecan Park | Shoes, balance, neuropathy.
* Beverly Chen, MS, RD | 133VN1201X | trim_clinic | email | introduced
  -13 call conversation > introduced | Dietitian for the surgical program | Protein and strength belong together, she says.
  ! visit 5 | Coffee with Beverly | She knows every surgeon in town
* Riverside Home Health | 251E00000X | riverside_hh | | introduced
  -29 call staff_only > contacted | Intake passes us on to the manager |
  -20 meeting conversation > introduced | Monday huddle, ten nurses and therapists | Discharge after nine visits is normal.
  ! visit 4 | Monday huddle again with pads | They ran out of cards
* Esther Goldberg, PT | 2251G0304X | silver_geri | email days=TR | introduced
  -10 visit conversation > introduced | Bernice's idea |
  ? email 3 | Hear from Esther | Whether her clinic may hand out cards
* Victor Nguyen, MD | 207X00000X | bayou_ortho | email days=TF | contacted
  -12 visit staff_only > contacted | Left a card | Rosa: back from leave next week.
  ! visit 1 | Try Dr. Nguyen before nine | Back from leave
* Catherine O'Malley, MD | 207RC0000X | medcenter_heart | | contacted
  -18 call staff_only > contacted | Denise will ask |
  -9 call left_message | |
  ! call -5 | Third try at Dr. O'Malley | Two messages so far
* Rashad Coleman, MD | 207R00000X | oak_family | email | contacted
  -8 email - > contacted | Introduction by e-mail |
  ! call 0 | Call Dr. Coleman | Five days after the e-mail
* Anjali Mehta, MD | 207RI0011X | medcenter_heart | email | contacted
  -7 email - > contacted | Introduction by e-mail |
  ! call 1 | Call Dr. Mehta | Five business days after the e-mail
* Patrick Dubois, PT, DPT | 225100000X | summit_pt | email days=MTWRF | contacted
  -15 call no_answer > contacted | |
  -6 call left_message | Priscilla took the message |
  ! call 0 | Call Patrick at lunch | Priscilla says 12:30
* Mei-Ling Chow, MD | 2083X0100X | occ_health | | contacted
  -21 visit staff_only > contacted | Gate let me in, doctor in a drill |
* Isaac Feldman, DC | 111NR0400X | spine_pain | | contacted
  -14 call left_message > contacted | |
  ! call 2 | Call Dr. Feldman |
* Yvette Laurent, MD | 208000000X | kids_first | email | contacted
  -11 email - > contacted | Introduction by e-mail |
* Jamal Whitaker, MD | 207RB0002X | trim_clinic | email tags=GLP-1 | contacted
  -9 visit left_materials > contacted | Left the weight-loss page and a pad |
  ! call 1 | Call Dr. Whitaker | Three days after materials
* Sunita Rao, OTR | 225X00000X | riverside_hh | | contacted
  -5 call staff_only > contacted | In the field all day, best by text |
* Teresa Villarreal, LCSW | 104100000X | union_hospital | email npi=no | contacted
  -13 call left_message > contacted | |
  -4 call staff_only | Discharge rounds at ten, call before |
  ! call 0 | Call Teresa before ten | Discharge rounds
* Garden Gate Retirement Community | retirement_community | garden_living | npi=no | contacted
  -10 visit staff_only > contacted | Tour by reception | Lorraine is the one to meet.
  % 1 | Meet Lorraine, bring the class plan
  ! visit 1 | Meet Lorraine at Garden Gate | Reception made the appointment
"""

REST = """
* George Papadakis, MD | 207X00000X | bayou_ortho | | not_now
  -64 call conversation > introduced | New partner in the practice, no time before spring |
  -63 note | He said ask again in three months |
  ~ Starting in the practice, asked to come back later | 21
* Dalisay Reyes, MD | 207RG0300X | silver_geri | email | not_now
  -44 visit conversation > introduced | On the way to leave |
  ~ On family leave | 45
* New Leaf Weight Clinic | weight_loss_clinic | trim_clinic | npi=no | not_now
  -71 meeting conversation > introduced | Has a contract with a gym until summer |
  ~ Contract with a gym runs until summer | 90
* Bruce Halvorsen, MD | 207XS0117X | spine_pain | | declined
  -50 visit conversation > introduced | Friendly and clear | Sends everybody to the hospital's own program.
  -50 note | Thanked him, left no materials |
  ~ Has a program of his own
* Miriam Katz, MD | 207Q00000X | oak_family | | declined
  -33 call not_interested > contacted | Retiring in June |
  ~ Retires in June
* Edgar Fontaine, MD | 2084N0400X | lung_center | email | do_not_contact
  -58 email - > contacted | Introduction by e-mail |
  -57 reply | “Please take me off your list.” |
  ~ Asked to be taken off
* Naomi Fischer, PT, DPT | 2251X0800X | heron_pt | days=WR | prospect
* Amara Nwosu, MD | 207XX0005X | magnolia_sports | email tags=knees | prospect
  ! visit 3 | Introduce myself to Dr. Nwosu | Thu offered to walk me in
* Robert Tanaka, MD | 207X00000X | bayou_ortho | | prospect
* Hannah Weiss, MD | 207RH0003X | cypress_onc | | prospect
* Diego Salazar, PT | 225100000X | summit_pt | email | prospect
  ! email 1 | Introduction to Diego | Next on the list
* Zainab Yusuf, MD | 207RE0101X | pecan_endo | | prospect
* Colin MacLeod, MD | 207RP1001X | lung_center | email | prospect
* Joy Abernathy, NP | 363LG0600X | silver_geri | | prospect
* Siobhan Kelly, MD | 207RR0500X | gulf_rheum | | prospect
  -3 note | Luis says she is the one for hands |
* Andre Baptiste, MD | 208600000X | union_hospital | | prospect
* Kavita Shah, MD | 208000000X | kids_first | | prospect
* Union Memorial Cardiac Rehab | 261QR0404X | union_hospital | | prospect
* Westbrook Valve Works, HR | employer | westbrook_hr | npi=no email | prospect
  ! letter 4 | Letter to HR at Westbrook | Back and shoulder injuries, three shifts
* Northside Community Health Center | 261QF0400X | northside_health | | prospect
* Priya Natarajan-Iyer, MD | 207RE0101X | pecan_endo | npi=no | prospect
* Clara Jensen, MS, CEP | 224Y00000X | medcenter_heart | | prospect
* Marcus Bell, ATC | 2255A2300X | magnolia_sports | | prospect
* Philip Crane, MD | 207R00000X | oak_family | off | prospect
"""
