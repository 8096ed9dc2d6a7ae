# The portal: a person's own pages. One file per language, written in it.

portal-home = Overview
portal-data = My data
portal-files = My files
portal-looks = Who looked
portal-sharing = Sharing
portal-security = Security
home-title = Your data
home-lead = What is kept about you belongs to you. Here you see it, and who else did.
home-stands-in = You act for somebody else here. You see what they let you see.
home-waits = Waiting for your answer
home-asks = { $who } asks you to share something
home-asks-more = Nothing happens before you have answered. No is as good an answer as yes.
read-and-answer = Read and answer
home-data = { $n ->
    [one] One record is kept about you.
   *[other] { $n } records are kept about you.
 }
home-looks = Every look at your data, from a log that nobody can change.
home-sharing = What you let whom do. Take it back at any time.
home-security = Password, second factor, where you are signed in.
data-lead = Everything that is kept about you, by kind.
data-none = Nothing is kept about you yet. What an app, a device or a clinic stores will be here.
records = { $n ->
    [one] One record
   *[other] { $n } records
 }
window = From { $from } to { $to }
kind-none = Nothing from this time.
kind-more = There is more from this time than fits on a page.
column-when = When
column-what = What
pages = Pages
older = Older
newer = Newer
record-history = What it said before
version = Version { $n }, { $when }
files-none = No files are kept about you.
files-lead = A file is saved on your device; nothing in it is run here. Small pictures are drawn anew, without place or camera; each is a look that stands in the list of who looked.
file-unnamed = A file without a name
yes = yes
no = no
days = { $n ->
    [one] one day
   *[other] { $n } days
 }
looks-lead = Each line stands in a log that cannot be changed without it showing. Your own looks are in it, too.
looks-show = Show
looks-show-all = All
looks-show-others = Not me
looks-show-opened = What others saw
looks-show-refused = What was refused
looks-none = Nothing of this kind so far.
looks-none-here = Nothing of this kind among the newest entries. There are older ones.
looks-history = Keep the whole history
looks-history-text = One file with every entry that is about you, each with its proof. Open it in a browser, also without a network, and it checks itself. At its end it says how many entries there are; if that is missing, the file is not whole.
looks-history-take = Save the history
looks-history-keys = Made on { $date }. The log’s keys, to compare with what others have kept:
looks-history-end = { $n ->
    [one] One entry. This is the end of the file, and it is whole.
   *[other] { $n } entries. This is the end of the file, and it is whole.
}
looks-count = { $n ->
    [one] one thing
   *[other] { $n } things
 }
looks-by-grant = by something that you share
looks-denied = This was refused.
looks-failed = This failed.
looks-proof = Proof
looks-proven = Proven in your browser
looks-wrong = The proof does not hold
looks-cannot = Take the proof along to check it
looks-how = How to check this yourself
looks-how-text = Your browser checks each line: that it is in the log whose head was signed with the log’s key. The proof is a small file that anybody can check without us, with any tool that reads C2SP proofs.
who-you = You
who-somebody = Somebody
who-service = { $service }’s own program
who-staff = Somebody of the staff ({ $role })
who-proxy = Somebody you let act for you
who-system = Strongroom itself
what-data = your data
did-record-read = { $who } looked at a record: { $what }
did-record-write = { $who } wrote a record: { $what }
did-record-delete = { $who } deleted a record: { $what }
did-record-list = { $who } looked at a list: { $what }
did-record-history = { $who } looked at earlier versions: { $what }
did-search = { $who } searched: { $what }
did-file-read = { $who } opened a file
did-file-write = { $who } stored a file
did-file-delete = { $who } deleted a file
did-file-list = { $who } looked at your list of files
did-person-create = { $who } began to keep data about you
did-person-read = { $who } looked at what is kept about you, counted
did-person-list = { $who } listed people, you among them
did-person-erase = { $who } deleted everything about you
did-export = { $who } took your data along
did-export-send = { $who } sent your medical records to another provider
did-export-stop = { $who } called off sending your medical records
did-import = { $who } brought in data about you
did-consent-ask = { $who } asked you to share something
did-consent-answer = { $who } answered a question about sharing
did-consent-narrow = { $who } made what you share smaller
did-consent-withdraw = { $who } took back what you shared
did-consent-end = Something that you shared ran out
did-consent-list = { $who } looked at what you share
did-log-read = { $who } looked at this list
did-log-prove = { $who } fetched a proof
did-other = { $who } did something with { $what }
sharing-lead = What you let whom do with your data. One tap takes it back, at once.
sharing-now = Shared now
sharing-none = You share nothing with anybody.
sharing-over = No longer shared
sharing-apps = Apps that you are signed in to
share-until = Until { $date }, then it ends by itself
share-withdrawn = Taken back { $date }
share-expired = Ran out { $date }
share-replaced = Replaced by a newer answer { $date }
share-ended = Ended { $date }
share-end = Take it back
share-less = Share less
share-keep = Keep only what is ticked
share-happened = What happened
share-proxy = May act for you, within these limits.
event-given = You said yes
event-narrowed = You made it smaller
event-withdrawn = You took it back
event-expired = It ran out
event-replaced = A newer answer took its place
event-ended = It ended
notice-grant-ended = It is taken back. Nothing is opened by it any more.
notice-grant-narrowed = It is smaller now.
notice-answer-granted = You said yes. You can take it back at any time.
notice-answer-refused = You said no. Nothing was shared.
notice-answer-deferred = Later, then. It waits here for you.
notice-answer-again = It has changed meanwhile. Please read it again.
question-over = This was answered already, or waited too long.
question-examples = What they would see
question-examples-text = For example, this is what one record of yours would look like to them.
question-answer = Your answer
question-parts = What you would share
question-essential = (needed)
question-long = For how long
question-no = No
question-yes = Yes, share this
question-later = Decide later
role-owner = owner
role-administrator = administrator
role-security = security
role-operator = operations
role-compliance = compliance
role-support = support
role-clinician = clinician
role-developer = developer
role-app = app
role-person = person
role-system = system
kind-cycle-day = Cycle diary
kind-cycle-settings = Diary settings
kind-wearable-measure = Measurements
kind-wearable-sleep = Sleep
kind-wearable-activity = Activity
kind-wearable-device = Devices
kind-Patient = About you
kind-Observation = Findings and measurements
kind-Condition = Conditions
kind-Encounter = Visits
kind-Procedure = Procedures
kind-MedicationRequest = Prescriptions
kind-Immunization = Vaccinations
kind-DiagnosticReport = Reports
kind-AllergyIntolerance = Allergies
kind-CarePlan = Care plans
kind-CareTeam = Care teams
kind-Claim = Claims
kind-ExplanationOfBenefit = Bills
kind-DocumentReference = Documents
field-date = Date
field-measures = Measurements
field-weight = Weight
field-systolic = Upper blood pressure
field-diastolic = Lower blood pressure
field-heart-rate = Pulse
field-fat-ratio = Body fat
field-oxygen-saturation = Oxygen saturation
field-steps = Steps
field-deepMinutes = Deep sleep
field-lightMinutes = Light sleep
field-remMinutes = Dream sleep
field-awakeMinutes = Awake
field-latencyMinutes = Time to fall asleep
field-efficiency = Efficiency
field-heartRateAverage = Average pulse
field-heartRateMin = Lowest pulse
field-heartRateMax = Highest pulse
field-score = Score
field-flow = Bleeding
field-pain = Pain
field-symptoms = Symptoms
field-mood = Mood
field-basalTemperature = Temperature on waking
field-cycleDay = Day of the cycle
field-sleepHours = Hours of sleep
field-notes = Notes
field-measuredAt = Measured
field-category = Kind
field-timezone = Time zone
field-start = From
field-end = Until
field-code = What
field-status = State
field-value = Value
portal-take = Take along
home-take = Records and files in one archive, for yourself or for somebody else.
take-lead = One archive: your records as JSON and as tables, medical records as FHIR, your files as you gave them, and who looked. It is kept here for seven days. What you share, with the receipts, and your account are in it too.
take-of = Archive of { $date }
take-waiting = It is being made; with a lot of data that takes some minutes.
take-ready = Ready
take-failed = It could not be made. Ask for it again.
take-until = kept until { $date }
take-protected = opens with your passphrase
take-fetch = Save
take-delete = Delete
take-again = Look again
take-new = A new archive
take-passphrase = Passphrase, if you like
take-passphrase-hint = Twelve characters or more. It is then sealed (age); without the passphrase nobody opens it, we neither.
take-ask = Make an archive
take-short = The passphrase has twelve characters at least.
take-many = There are three archives already, or five were made today. Delete one, or come back tomorrow.
notice-take-asked = The archive is being made.
notice-take-deleted = The archive is deleted.
move-new = To another provider
move-lead = Your medical records, sent straight to another provider who speaks FHIR. Your diary, measurements from devices and files are not sent: they are in the archive.
move-whom = To whom?
move-hint = What is sent is kept there by their rules. It cannot be called back; ask them to delete it.
move-ask = Send them
move-stop = Call off
move-waiting = On its way
move-sent = Sent
move-failed = It did not come to an end. A part may be there; ask for it again.
move-stopped = Called off. A part may be there.
move-choose = Choose one of the providers.
move-many = Three are on their way already, or five were asked for today. Wait, call one off, or come back tomorrow.
move-count = { $n ->
    [one] one record is there
   *[other] { $n } records are there
 }
move-left = { $n ->
    [one] one was not taken
   *[other] { $n } were not taken
 }
notice-move-asked = Your records are being sent.
notice-move-stopped = Nothing more is sent.
portal-delete = Delete
home-delete = Everything about you, gone for good.
delete-lead = Here you can have everything deleted that is kept about you. It cannot be brought back, by us neither.
delete-due = Everything is deleted on { $date }. Until then you can change your mind.
delete-off = Keep everything after all
delete-goes = What goes
delete-goes-too = Also your files, archives, account, everything you share, the search index, and the keys: without them nothing of it opens anywhere, in no backup either.
delete-stays = What stays, and why
delete-stays-id = A random id that leads to nobody, so that it is never given to anybody else.
delete-stays-tokens = Ended tokens and what apps were let do, under that id, so that it can be reviewed.
delete-stays-log = The log: it knows you by a random name, and the link from you to that name is destroyed.
delete-take-first = Take everything along first
delete-later = { $n ->
    [one] Delete everything in one day
   *[other] Delete everything in { $n } days
 }
delete-now = Delete everything now
delete-now-hint = You are asked to prove once more who you are. There is no way back.
delete-code = Write this code down. With it you get a certificate, once everything is gone; it is not shown again.
delete-code-where = Where: the page /erased of this service. It works without an account.
notice-delete-off = Everything stays.
erased-title = Certificate of a deletion
erased-lead = Who has the code of a deletion gets the certificate here: a signed statement of what was destroyed and where nothing is left.
erased-code = Code
erased-look = Look
erased-unknown = There is no deletion with this code.
erased-waiting = It waits until { $date }.
erased-done = Everything is deleted.
erased-soon = The keys are destroyed, and nothing of it can be opened any more. The rest is being removed just now; in a while the code gives the certificate here.
erased-called_off = It was called off on { $date }. Everything stayed.
erased-certificate = The certificate is signed with the key of the log and carries its proof. Anybody can check it without us: strongroom erase verify FILE.
erased-save = Save the certificate
erased-show = Show the certificate
did-person-erase_ask = { $who } asked that everything about you be deleted
did-person-erase_call_off = { $who } called the deletion off
did-retention-destroy = { $who } destroyed what was past its time: { $what }
did-hold-place = A legal hold was placed: what is kept about you must stay for now
did-hold-lift = A legal hold was lifted
delete-held = At present a legal hold says that everything must stay. If you ask for a deletion now, it waits until the hold is lifted.
part-record = Delete this record
part-kind = Delete all of this kind
part-files = Delete all files
part-file = Delete this file
part-delete = Delete
part-lead = It cannot be brought back, by us neither. The rest of what is kept about you stays.
part-versions = { $n ->
    [one] One earlier version
   *[other] { $n } earlier versions
 }
part-files-count = { $n ->
    [one] One file
   *[other] { $n } files
 }
part-archives = { $n ->
    [one] One archive to take along, since it holds a copy
   *[other] { $n } archives to take along, since they hold copies
 }
part-law = { $n ->
    [one] One record: a law wants it kept, until { $date }
   *[other] { $n } records: a law wants them kept, the last until { $date }
 }
part-stays-tombstones = That there was something, as a number without content, so that no version is ever mistaken for another.
part-stays-log = The log: it says that there was something and who looked, not what.
part-stays-keys = Your keys: they protect the rest of your data. What goes is overwritten here.
part-stays-backups = Copies for emergencies that were made before: it lies in them, sealed, until they are deleted.
part-held = At present a legal hold says that this must stay. If you ask for a deletion now, it waits until the hold is lifted.
part-none = There is nothing here that can be deleted.
part-now = Delete now
part-later = { $n ->
    [one] Delete in a day
   *[other] Delete in { $n } days
 }
part-due = It is deleted on { $date }. Until then you can change your mind.
part-off = Keep it after all
part-one-of = One record: { $what }
part-one-file = One file
erased-part-done = It is deleted.
erased-part-called_off = It was called off on { $date }. It stayed.
delete-parts = Waits to be deleted
delete-one = A single record, a kind or a file is deleted where it stands:
delete-law = Not everything can go yet: a law wants some of it kept, until { $date } at the longest. What is not bound by it can be deleted by itself.
did-record-erase = { $who } destroyed for good: { $what }
did-part-erase_ask = { $who } asked that a part be deleted: { $what }
file-preview = A small picture of it
file-begins = How it begins
portal-rights = My rights
home-rights = Ask for information, a correction, a restriction; see by when you are answered.
record-correct = Ask for a correction
looks-ask = Ask about this
looks-report = Report this
rights-lead = Here you ask for what is your right. You see how it goes, and by when the law wants an answer.
rights-mine = What you asked for
rights-none = Nothing yet. What you ask for will be here, with the answers.
rights-new = Ask for something
rights-take = To take everything along you need ask nobody
rights-delete = To have everything deleted you need ask nobody
rights-answer-by = Answer by { $day } at the latest
rights-confirm-by = Confirmation by { $day } at the latest
rights-late = The last day was { $day }. It is late.
rights-state = State
rights-received = Received
rights-day = By when
rights-wish = What you asked
rights-happened = What happened
rights-text = In your words
rights-text-hint = Only who answers reads it. It is kept sealed under your own key.
rights-field = What is not right
rights-value = What it should say
rights-what = What is to be restricted
rights-everything = Everything about me
rights-purpose = To which purpose do you object
rights-send = Send
rights-mistake = Something is missing or does not fit. Say in a few words what it is about, and choose where there is a choice.
rights-card = That looks like the number of a payment card. Such numbers are not kept here; leave it out.
rights-many = Many of your requests are open. Wait for an answer to one, or take one back.
rights-about-entry = It is about line { $n } of the list of who looked.
rights-about-record = It is about: { $kind }, { $what }
rights-about-kind = About: { $kind }
rights-should-be = { $field } should say: { $value }
rights-version = Corrected as version { $n }. What it said before stays in the history.
rights-back = Take it back
rights-back-text = It is then closed, and nobody answers it any more.
rights-lift = Lift it
rights-lift-text = It stands since the answer. Lifted, others may read and change your data again as before.
rights-event-received = You asked
rights-event-confirmed = Your request was confirmed
rights-event-begun = Somebody works on it
rights-event-extended = It takes longer
rights-event-answered = It was answered
rights-event-refused = It was refused
rights-event-withdrawn = You took it back
rights-event-lifted = It was lifted
notice-rights-asked = Your request came in. Here you see how it goes.
notice-rights-back = Done.
right-about-access = What is kept about you, why, and who sees it. Much of it is on these pages already.
right-about-portability = Your data in a form that other programs read.
right-about-rectification = Something that is kept is not right. What it said before stays in the history.
right-about-erasure = Something is to be deleted. To have everything deleted, use the page for it.
right-about-restriction = Nobody but you reads or changes it until it is lifted, save in an emergency.
right-about-objection = Nothing is done with your data for a purpose any more, and nobody asks you for it.
right-about-know = What is kept about you, why, and who sees it. Much of it is on these pages already.
right-about-delete = Something is to be deleted. To have everything deleted, use the page for it.
right-about-correct = Something that is kept is not right. What it said before stays in the history.
right-about-opt-out = Your data are not sold or shared for a purpose any more.
right-about-limit = Sensitive data are used only for what you came for.
right-about-question = Ask about an access, or anything about your data.
right-about-report = Tell us of an access that should not have been. It is looked into.
purpose-TREAT = Treatment
purpose-HRESCH = Health research
purpose-HPAYMT = Payment
purpose-HOPERAT = Running the service
purpose-PUBHLTH = Public health reporting
did-rights-ask = { $who } sent a request under your rights
did-rights-step = { $who } took a step with a request of yours
did-rights-read = { $who } looked at requests of yours
did-rights-lift = { $who } lifted what came of a request of yours
