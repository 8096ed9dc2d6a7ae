# The console: pages for staff. One file per language, written in it.

console = Console
console-account = Your account
console-lead = What waits for somebody to look at it.
console-empty = Nothing waits for you here.
console-role = You act as
console-act-as = Act as: { $role }
notice-role-chosen = You act in the role you chose.
leave = Leave it as it is

place-people = Accounts
place-apps = Apps
place-roles = Roles
place-requests = Requests
place-reviews = Reviews
place-break-glass = Emergencies

column-place = Where
column-waits = What waits
column-name = Name
column-email = E-mail address
column-role = Role
column-state = State
column-since = Since
column-by = Asked for · approved by
column-review = Review due
column-contact = Contact
column-asked-by = Asked for by
column-asked-at = Asked for
column-decided-by = Decided by
column-ends = Ends by itself
column-person = Person
column-opened = Opened
column-until = Until
column-may = May
column-thing = What
column-reason = Reason
column-purposes = For which purposes
column-sees = Sees

waits-requests =
    { $n ->
        [0] Nothing to decide
        [one] One request to decide
       *[other] { $n } requests to decide
    }
waits-reviews =
    { $n ->
        [0] Nothing overdue
        [one] One review overdue
       *[other] { $n } reviews overdue
    }
waits-glasses =
    { $n ->
        [0] Nothing overdue
        [one] One emergency not reviewed in time
       *[other] { $n } emergencies not reviewed in time
    }
waits-apps =
    { $n ->
        [0] Nothing to review
        [one] One app to review
       *[other] { $n } apps to review
    }

role-none = None yet
role-owner = Owner
role-owner-about = Answers for the whole. Makes other owners.
role-administrator = Administrator
role-administrator-about = Looks after accounts and apps. Sees no log and nobody’s data.
role-security = Security engineer
role-security-about = Reads the log, keeps the keys, reviews access. Changes no accounts.
role-operator = Operator
role-operator-about = Keeps the system running. Opens nobody’s data.
role-compliance = Compliance officer
role-compliance-about = Sees promises, evidence and who holds what.
role-support = Support
role-support-about = Helps with accounts. Opens nobody’s data.
role-clinician = Clinician
role-clinician-about = Reads a person’s data to treat them.
role-developer = App developer
role-developer-about = Registers apps; somebody else lets them in.
role-app = App
role-person = Person
role-system = The system

# Accounts

people-lead = Everybody who can sign in, or was invited to. What they may do is decided by their roles.
people-empty = Nobody yet. Invite the first one.
account-state-invited = Invited
account-state-unverified = Not confirmed
account-state-active = Active
account-state-stopped = Stopped
account-stop = Stop
account-resume = Let in again
invite-again = Send again
invite-somebody = Invite somebody
invite-about = They get a mail with a link that counts for seven days. They begin without rights: a role is asked for afterwards, and granted by a second person.
invite-send = Send the invitation
back-people = Back to the accounts
mistake-taken = There is an account with this address already.
mistake-email = Write an e-mail address, such as name@example.org.
mistake-name = Write a name of up to 80 characters.
notice-invited = The invitation is on its way.
notice-stopped = The account is stopped, and signed out everywhere.
notice-resumed = The account may sign in again.

# Roles and reviews

roles-lead = Who holds what, since when, and who agreed. A role whose review is overdue does not count.
roles-empty = Nobody holds a role yet. It begins with a request.
by-installation = The installation
privilege-held = Counts
privilege-waits-for-review = Waits for a review
privilege-ended = Ended
privilege-not-confirmed = Not confirmed
privilege-overdue = Fell away
privilege-expired = Ended by itself
role-end = End it
role-end-title = End this role?
role-end-lead = { $name } loses the role “{ $role }” at once. It can be asked for again.
notice-role-ended = The role is ended.
reviews-lead = Every { $days } days somebody else confirms each role, or lets it go. Your own are for others to confirm.
reviews-empty = Nothing to confirm. Roles appear here as their reviews come due.
reviews-held = Roles that count
reviews-overdue = Overdue
review-keep = Confirm
review-drop = Let go
notice-review-kept = Confirmed until the next review.
notice-review-dropped = The role is ended.

# Requests

requests-lead = A role is asked for by one and granted by another. Open a request to see who would gain access to what.
requests-empty = Nothing was asked for yet.
request-new = Ask for a role
request-new-lead = Somebody else decides. They see what you would gain by it.
request-role = Which role?
request-reason = Why?
request-note = More about it
request-note-hint = Kept sealed, and shown to those who decide. Write nothing about anybody’s health.
request-days = For how many days?
request-days-hint = Leave it empty if it shall stay until a review ends it.
request-send = Ask for it
reason-new-post = New here, or in a new post
reason-cover = Standing in for a colleague
reason-project = For one piece of work
reason-incident = Something happened that needs it
reason-other = Something else
request-title = { $name }: { $role }
gains-title = What { $name } could do that is not possible now
gains-empty = Nothing that is not possible already.
request-own = You asked for this, or would gain by it. Somebody else decides.
request-second = You are the second person. A yes counts at once.
request-yes = Grant it
request-no = Refuse it
request-state-open = Waits for an answer
request-state-approved = Granted
request-state-refused = Refused
back-requests = Back to the requests
mistake-choose = Choose one of each.
mistake-days = Write a number of days, or leave it empty.
mistake-request = This cannot be asked for: it is held or asked for already, or does not go with a role that is held.
notice-request-sent = It is asked for. You hear when somebody has decided.
notice-request-approved = Granted. It counts from now.
notice-request-refused = Refused.
masked = { $classes } masked
only-break-glass = only in an emergency that is open

verb-create = Make
verb-read = Read
verb-change = Change
verb-delete = Delete
verb-manage = Decide on
thing-person = A person’s data as such
thing-list-of-accesses = Who looked at a person’s data
thing-archive = Everything of a person, to take along
thing-list-of-grants = What a person was asked and shares
thing-request-for-consent = What is asked of people
thing-record = Records
thing-records = Lists of records
thing-file = Files
thing-log = The log
thing-keys = The keys, never their contents
thing-privilege = A role
thing-privileges = Who holds which role
thing-break-glass = Emergencies
thing-policy = The rules
thing-account = Accounts
thing-app = Apps
thing-trust = Promises and evidence
class-public = public
class-internal = internal
class-personal = who it is
class-health = health
class-credential = secrets
class-payment = payment
purpose-treat = treatment
purpose-etreat = emergency treatment
purpose-patrqt = the person’s own request
purpose-hresch = research
purpose-pubhlth = public health
purpose-hpaymt = payment
purpose-hoperat = running the organisation
purpose-sysdev = checks of the system

# Apps

apps-lead = Programs that people may give access to. Each is registered by one and reviewed by another.
apps-empty = No app yet. Register one, and somebody else reviews it.
app-new = Register an app
app-new-lead = It gets nothing before somebody else has reviewed it.
app-register = Register it
app-name-hint = As people read it when they are asked.
app-contact-hint = Where people turn with questions about it.
app-redirects = Addresses it is sent back to
app-redirects-hint = One on each line, exactly as the app sends it.
app-scopes = What it may ask for
app-scopes-hint = Scopes, such as patient/Observation.rs. One on each line.
app-purposes = Purposes
app-purposes-hint = Such as TREAT or PATRQT.
app-method = How it proves itself
app-grants = Ways to a token
app-id = Client id
app-registered-by = Registered by
app-reviewed-by = Reviewed by
app-own = You registered this. Somebody else reviews it.
app-second = You are the second person. An approved app may ask people for access at once.
app-approve = Approve it
app-refuse = Refuse it
app-stop = Stop it
app-stop-title = Stop { $name }?
app-stop-lead = All its tokens end at once, and it cannot be started again.
app-secret = Secret
app-secret-renew = Renew the secret
app-secret-once = The secret is shown only now. One that was there before stays valid for seven days.
app-made = The app is registered
app-made-lead = Somebody else has to review it before it may ask anybody.
app-state-draft = Draft
app-state-in-review = Waits for a review
app-state-active = Active
app-state-stopped = Stopped
method-none = It cannot keep a secret: an app on a phone or in a browser
method-client-secret-basic = By a secret, in a header
method-client-secret-post = By a secret, in the body
back-apps = Back to the apps
mistake-app = This app cannot be registered: { $why }
notice-app-approved = Approved. The app may ask people for access.
notice-app-refused = Refused.
notice-app-stopped = The app is stopped. Its tokens have ended.

# Emergencies

glass-lead = In an emergency somebody may open one person’s data for a short time. The person is told at once, and somebody else reviews it.
glass-empty = No emergency so far. May it stay so.
glass-unseen = Those who review see what was opened. It closes by itself when its time is over.
glass-new = Open one person’s data
glass-new-lead = One person, one reason, an hour at most. Staff outside care need a second person.
glass-new-told = The person, the security engineers and the owners are told at once. Until it is reviewed in time, you can open no other.
glass-person-hint = The person’s id, as your own system knows it.
glass-how-long = For how long?
glass-open = Open it
minutes =
    { $n ->
        [one] One minute
       *[other] { $n } minutes
    }
emergency-emergency-care = In danger, must be treated now
emergency-unreachable = Cannot be asked
emergency-safety = Somebody else is in danger
emergency-incident = The data themselves are in danger
emergency-legal = The law demands it now
glass-state-open = Open
glass-state-waits-for-second = Waits for a second person
glass-state-lapsed = Nobody agreed in time
glass-state-review = Waits for a review
glass-state-overdue = Review overdue
glass-state-justified = It was right
glass-state-not-justified = It was not right
glass-second = Agree
glass-close = Close
glass-was-right = It was right
glass-was-wrong = It was not right
mistake-person = There is no such person. Check the id.
mistake-glass = This cannot be opened now. An earlier emergency of yours may still wait for its review.
notice-glass-opened = It is open. Everybody concerned has been told.
notice-glass-asked = A second person has to agree. They have been told.
notice-glass-seconded = It is open now.
notice-glass-closed = It is closed.
notice-glass-reviewed = Your review is noted.

# Alerts

place-alerts = Alerts
column-alert = Alert
column-at = Since
waits-alerts =
    { $n ->
        [0] Nothing to take note of
        [one] One alert to take note of
       *[other] { $n } alerts to take note of
    }
alerts-lead = What somebody who watches over the organisation must have seen. Taking note of it takes it off this list; what happened stays in the log.
alerts-empty = No alerts. Nothing happened that you must see.
alerts-more = There are more than this page shows. Take note of these, and older ones follow.
alert-glass-opened = A person’s data were opened in an emergency
alert-glass-overdue = An emergency was not reviewed in time
alert-reviews-overdue = Roles were not reviewed in time
alert-app-reuse = An app’s key was used twice
alert-close = Take note
notice-alert-closed = Noted.

thing-legal-hold = Legal holds
thing-retention = What is kept how long
place-retention = Retention
place-holds = Legal holds
column-collection = Collection
column-kept-for = Kept for
column-in-time = In time
column-held = Held
column-destroyed = Destroyed
column-placed-by = Placed by
retention-lead = What is past its time is destroyed once a day, with all its versions. How long something is kept stands in the register; its time begins with its last change. 30d are days, 18m months, 10y years.
retention-empty = Everything is kept until it is erased: no collection of the register has an end.
retention-last = Last pass
retention-files = Files
retention-holds =
    { $n ->
        [0] None in force
        [one] One in force
       *[other] { $n } in force
    }
holds-lead = What is held must stay: it is not destroyed when its time is over, nobody deletes it, and a deletion that somebody asked for waits. Who is held is told that there is a hold, never why.
holds-more = There are more than this page shows; `strongroom hold list` shows all.
holds-empty = No legal holds. A compliance officer places one here, when something must be preserved.
hold-new = Place a legal hold
hold-new-lead = It holds from this moment on, also for what is being deleted just now.
hold-place = Place it
hold-on-person = Person { $person }
hold-on-tenant = Everything
hold-scope-person = Everything about one person
hold-scope-collection = One collection
hold-scope-tenant = Everything that is kept here
hold-what = Which person or collection
hold-what-hint = The person’s id, or the collection’s name in the register. Leave it empty for everything.
hold-reason-hint = Kept sealed. Only who sees this list reads it.
hold-until-hint = A day, such as 2027-01-31. Leave it empty if it has no end.
hold-open = Until it is lifted
hold-state-in-force = In force
hold-state-lifted = Lifted
hold-state-over = Over
hold-lift = Lift it
hold-lift-lead = What only this hold kept goes with the next pass, and deletions that waited for it are carried out. Both cannot be taken back.
mistake-hold = Nothing was placed. Give a person or a collection that there is, a reason, and a day in the future or none.
notice-hold-placed = It holds.
notice-hold-lifted = It is lifted.

thing-bulk-export = Everything of FHIR, taken out by a program
thing-record-of-processing = The records of processing
place-processing = Processing
column-basis = Legal basis
column-classes = Categories of data
column-recipients = Recipients
processing-lead = The records of processing activities (GDPR, article 30), drawn up at this moment from the register, the grants that stand, the apps, and the promises as they are measured. Collections that hold nothing are left out here; the table names them too.
processing-empty = Nothing is kept yet. Each collection that holds something stands here.
processing-controller = Controller
processing-contact = Contact
processing-representative = Representative
processing-dpo = Data protection officer
processing-behalf = On behalf of
processing-missing = Not named in the configuration
processing-none = None
processing-transfers = Transfers to third countries
processing-security = Security measures
processing-made = Drawn up
processing-csv = Keep as a table (CSV)

contract-ends = The contract ends on { $at }. From then on nothing new is stored.
contract-ended = The contract has ended. Nothing new is stored. Days left to take everything along: { $days }. Everything is destroyed after { $at }.
contract-over = The contract has ended, and its time is over: everything is destroyed, unless a legal hold stops it.
thing-contract = The end of the contract
# Requests of people under their rights

thing-request-under-a-right = What people ask for under their rights
place-rights = People’s rights
column-right = What they ask for
column-last-day = Last day
column-left = Left
waits-rights =
    { $n ->
        [0] No request to answer
        [one] One request to answer
       *[other] { $n } requests to answer
    }
rights-lead = What people ask for under their rights, the most urgent first. The last day is the law’s.
rights-empty = No requests here. What somebody asks for in their portal comes in here.
rights-left =
    { $n ->
        [0] today
        [one] one day
       *[other] { $n } days
    }
rights-late = late
rights-no-clock = no time set by law
rights-more = More
rights-show-open = Open requests
rights-show-overdue = Late requests
rights-show-closed = Closed requests
rights-show-all = All requests
right-law = Law
right-language = Language of the person
right-lang-sv = Swedish
right-lang-de = German
right-lang-it = Italian
right-lang-fr = French
right-lang-en = English
right-wish = What they ask for
right-no-words = Nothing was written.
right-about = About: { $place }
right-value = It should say: { $value }
right-purpose = Purpose: { $purpose }
right-entry = It is about entry { $n } of the log.
right-happened = What happened
right-version = Corrected as version { $n } of the record.
right-step = What comes next
right-step-confirm = Confirm that it came
right-step-start = Begin work on it
right-step-extend = Say that it takes longer
right-step-answer = Answer
right-step-refuse = Refuse
right-step-lift = Lift it
right-text = What the person reads
right-text-hint = A draft in their language. They get a letter that says where to look; this text they read in their portal.
right-carry-out = Do what they ask for with this answer: correct the field, restrict, or end what they object to
right-stands = This stands
right-stands-text = A restriction or an objection came of it. Tell the person before you lift it.
right-event-received = Asked for
right-event-confirmed = Confirmed
right-event-begun = Work began
right-event-extended = Extended
right-event-answered = Answered
right-event-refused = Refused
right-event-withdrawn = Taken back
right-event-lifted = Lifted
notice-right-step = Done. The person is told where it concerns them.
mistake-right-late = The first period is over, so it cannot be extended any more.
mistake-right-no-extension = The law knows no longer period for this.
mistake-right-moved = Somebody took a step meanwhile, or this step does not follow. Look at what happened.
mistake-right-text = Write what the person reads: the answer, or why.
mistake-right-card = The text holds what looks like a payment card number. Leave it out.
mistake-right-correction = The correction cannot be made by itself: the value does not fit the field, or the record is not there. Have it corrected by whoever keeps it, and answer without carrying it out.
alert-right-due = A person’s request is to be answered soon
alert-right-overdue = A person’s request was not answered in time

thing-guardian = Who decides for whom
thing-proposed-guardian = Guardians who wait for a second person
place-guardians = Guardians
column-decides = Decides from
column-guardians = Guardians
column-guardian = Guardian
column-waiting = Waiting
column-calls = Called by them
column-evidence = Shown by
minors-lead = Persons who do not decide for themselves yet. On the day, the power of their guardians ends by itself, and what these gave is asked anew. The day is kept sealed: it tells when somebody was born.
minors-empty = Nobody. Note here from which day on a person decides; guardians are proposed after that.
minors-more = There are more than this page shows; the API lists all (`GET /v1/minors`).
minor-new = Note a day
minor-new-lead = From that day on, at midnight, the person decides. Which day it is depends on the law of the country and on what is asked: 13 to 16 for services (GDPR, article 8), 18 for most else.
minor-note = Note it
minor-change = Change the day
minor-change-lead = Until it has come, the day can be changed. Once it has, it stays.
minor-person = The person’s id
minor-day = The day
minor-day-hint = Such as 2031-05-04
minor-look = Look
minor-title = Person { $person }
minor-decides-now = Decides since
minor-account = Own account
minor-account-none = None yet
minor-account-active = There is one
minor-account-invited = Invited, not answered
minor-account-stopped = Stopped
minor-account-unverified = Begun, not proven
minor-invite = Invite to an own account
minor-invite-lead = The letter goes to the person’s own address, never to a guardian’s. An invitation that was not answered, or an account that was stopped, gives way.
minor-invite-email = The person’s own address
minor-invite-name = What to call them
minor-invite-language = Language
guardians-empty = No guardian yet.
guardian-new = Propose a guardian
guardian-new-lead = Once a second one of you confirms it, the guardian sees, answers, takes along and asks to delete in the person’s stead, with an account of their own. Look at the document before you go on.
guardian-appoint = Appoint them
guardian-propose = Propose them
guardian-email = The address of the guardian’s account
guardian-calls = What the guardian calls the person
guardian-calls-hint = So that they can tell their children apart. Kept sealed.
guardian-evidence = By what it was shown
guardian-evidence-hint = The document, or where it lies. Kept sealed; the person can read it.
guardian-limit = What they may do
guardian-limit-all = Everything that the person may
guardian-limit-read = Only look, and answer what reads
guardian-state-proposed = Waits for a second person
guardian-decide = Decide
guardian-second = Appoint a guardian
guardian-second-own = You proposed this. It takes a second person to appoint them; you can take it back.
guardian-second-lead = Look at what was shown. Once you appoint them, they act for the person from this moment on.
guardian-second-who = { $name } is to decide for { $calls }. What they may do: { $limit }.
guardian-second-shown = What was shown: { $evidence }
guardian-second-by = Proposed by { $name }, { $at }. Lapses { $until }.
guardian-refuse = Refuse
guardian-take-back = Take it back
guardian-state-standing = Decides
guardian-state-over = Over
guardian-state-ended = Ended
guardian-end = End it
guardian-end-lead = From this moment on they act for the person no more, and what they gave lets nobody do anything until it is asked anew. It cannot be taken back; they can be appointed again.
guardian-end-reason = Why
mistake-guardian = Nothing was changed. { $why }
notice-minor-noted = Noted.
notice-guardian-appointed = Appointed.
notice-guardian-proposed = Proposed. A second person has been told.
notice-guardian-refused = Refused.
notice-guardian-ended = Ended.
notice-minor-invited = Invited.

# Continuity

thing-recovery-point = Recovery points and drills
place-continuity = Continuity
continuity-lead = Recovery points of the whole installation, and what is done for practice with them. What is late, or failed, means that more can be lost than is promised.
continuity-empty = Nothing runs by the clock.
continuity-none = There are no backups: the configuration has no section for them.
continuity-seconds =
    { $n ->
        [one] one second
       *[other] { $n } seconds
    }
continuity-behind = The copy of what was committed is behind by
continuity-no-stream = None is sent: only recovery points count
continuity-not-joined = Nothing of what is sent can be restored before the next recovery point
continuity-reach = Erased persons whose keys a copy may still hold
continuity-reach-late = { $n }, longer than promised: strongroom backup keys makes a new copy of the keys
column-run = What
column-last = Last
column-lost = Would be lost
column-back = Back after
run-point = Recovery point
run-prune = Old points removed
run-drill-objects = Drill: files compared
run-drill-restore = Drill: everything restored
run-drill-boot = Drill: a second instance served
run-drill-rebuild = Drill: from nothing
run-drill-failover = Drill: the database’s primary gives way
run-failed = Failed
run-late = Late
run-never = Never run
run-runs = Running
run-left = Broken off
run-held = Held
alert-continuity-late = A recovery point, a drill or the destruction of old copies of the keys is late, or failed
alert-guardian-appointed = Somebody was appointed to decide for a person
thing-early-destruction = Recovery points destroyed before their time
place-destructions = Destroyed early
destructions-lead = Recovery points go when their time is over. Before, they go only if two people want it, and only after a delay in which anybody who may propose it can stop it. A person’s own erasure takes none of this.
destructions-empty = Nothing is destroyed early.
destructions-elsewhere = The staff of another organisation in this installation decides on this.
destruction-new = Propose to destroy
destruction-new-lead = Somebody else has to agree. Whoever watches is told now.
destruction-propose = Propose
destruction-points = Which
destruction-points-hint = Whole names, as strongroom backup list --json shows them. Leave it empty for all that were made until now.
destruction-all = All until then
destruction-points-many =
    { $n ->
        [one] One recovery point
       *[other] { $n } recovery points
    }
column-agreed = In favour
column-due = Not before
destruction-agree = Agree
destruction-cancel = Stop it
destruction-state-proposed = Waits for somebody else
destruction-state-waits = Waits for its time
destruction-state-begun = Being done
destruction-state-done = Done
destruction-state-cancelled = Stopped
destruction-state-lapsed = Nobody agreed
destruction-reason-key-leaked = The key is in wrong hands
destruction-reason-must-not-be-kept = They hold what must not be kept
destruction-reason-order = A court or an authority wants it
destruction-reason-moved = The installation is given up, or moves
destruction-reason-other = Other
notice-destruction-proposed = Proposed. Somebody else has to agree.
notice-destruction-agreed = You agreed.
notice-destruction-cancelled = It is stopped.
mistake-destruction = Choose a reason, and write whole names of 64 characters.
alert-destruction-proposed = Somebody proposes that recovery points be destroyed before their time
alert-destruction-agreed = Two want recovery points destroyed before their time
alert-destruction-cancelled = Destroying recovery points before their time was stopped
alert-destruction-done = Recovery points were destroyed before their time
alert-keep-shortened = Recovery points are to be kept for a shorter time than before
replication = Copies of the database
replication-none = No other machine receives what is written
replication-broken = Copies of the database, fault
standby = The copy { $name }
standby-sync = { $state }, every commit waits for it; { $n } bytes behind
standby-async = { $state }, no commit waits for it; { $n } bytes behind
slot = The slot { $name } in the database’s log
slot-keeps = { $n } MiB are kept for it
replication-nobody-synchronous = Commits are to wait for a copy, and there is none: nothing is acknowledged
replication-not-streaming = A copy does not receive what is written
replication-slot-retains = Nobody reads from a slot in the log, and what is kept for it grows
replication-slot-lost = What a slot in the log needs is gone
replication-hidden = The database does not let us see who receives
column-request = Request
rights-was-answered = answered on { $date }
rights-was-in-time = answered on { $date }, in time
rights-was-late = answered on { $date }, late
rights-nothing-due = closed; nothing is due any more
hold-lift-what = It is about: { $what }. It has held since { $date }.
mistake-hold-on = Choose what is to be held.
mistake-hold-person = There is nobody with this id. Give the whole id, 36 characters.
mistake-hold-collection = The register has no collection of this name.
mistake-hold-empty = Leave it empty if everything is to be held, or choose a person or a collection.
mistake-hold-reason = Give a reason, without numbers of payment cards.
mistake-hold-until = Give a day that is still to come, such as 2027-01-31, or leave it empty.
