# Pages around an account. One file per language, written in it.

account = Account
factors = How you sign in
sessions = Where you are signed in
back-account = Back to your account
back-factors = Back to how you sign in
back-sessions = Back to where you are signed in
cancel = Leave it as it is

email = E-mail address
password = Password
name = Your name
name-hint = What we call you on these pages. You can change it.

mistake-email = Write an e-mail address, such as name@example.org.
mistake-name = Write a name of up to 80 characters.
mistake-password = Write your password.
mistake-code = Write the code.
mistake-organisation = We know no organisation with this short name.

# Signing in

sign-in-title = Sign in
sign-in-organisation = Organisation
sign-in-organisation-hint = The short name that your organisation gave you.
sign-in-button = Sign in
sign-in-forgotten = I forgot my password
sign-in-sign-up = Create an account
refused = The address and the password do not belong together. Check both and try again.
refused-passkey = This passkey does not open an account here. Try another, or take another way.
wait =
    { $seconds ->
        [one] That was too many tries. Wait one second, then try again.
       *[other] That was too many tries. Wait { $seconds } seconds, then try again.
    }
guarded = Somebody has tried many passwords for this account, so we are careful. Sign in on a device that you have used before, use a passkey, or set a new password by mail.
busy = Many people are signing in just now. Try again in a few seconds.
over = That took too long, or was tried too often. Please begin again.
unverified = Your address is not confirmed yet. Open the link in the mail that we sent you.

second-title = One more step
second-lead = Your password is right. Now show that it is you.
second-code = Code from your app
second-code-hint = The six digits that your app shows right now.
second-recovery = Recovery code
second-recovery-hint = One of the codes that you printed or wrote down. Each works once.
second-button = Continue
second-use-recovery = Use a recovery code
second-use-app = Use a code from your app
second-use-passkey = Use a passkey
second-passkey-lead = Your device asks for your finger, your face or its PIN. It tells us only that it was you.
second-again = Begin again
wrong-code = That did not work. Take a fresh code: each counts once.
wrong-passkey = The passkey did not prove it. Try again, or take another way.

enrol-title = Your work needs a second proof
enrol-lead = You can reach what is private to others. A password alone is not enough for that, so set up one thing more.
enrol-choose = What will you use?
enrol-passkey = A passkey
enrol-passkey-about = Your phone, your computer or a security key. Nobody can lure it out of you.
enrol-app = An app that shows codes
enrol-app-about = Any authenticator app. It needs no connection.
enrol-passkey-only = Your role asks for a passkey: a code could be lured out of you, a passkey cannot.

# Creating an account

sign-up-title = Create an account
sign-up-lead = Write your e-mail address. We send you a link, and there you choose a name and a password.
sign-up-button = Send me the link
sign-up-have = I have an account already
sign-up-closed = Accounts are made by invitation here. Ask your contact at { $site } to invite you.
mail-title = Look in your mail
mail-sign-up = We have sent a mail to the address you gave. Open the link in it within 24 hours to make your account.
mail-reset = If there is an account with this address, a mail is on its way. Open the link in it within 30 minutes.
mail-nothing = Nothing there? Look among the unwanted mail, and check that you wrote the address as you use it.

new-password = New password
choose-password = Password
password-alone-hint = At least 15 characters. A few words that have nothing to do with each other are good. Anything you can type is allowed.
password-second-hint = At least 8 characters. Anything you can type is allowed.
strength-good = Good. No program guesses this any time soon.
weakness-short = The password needs at least { $n } characters. A few unrelated words are easy to keep in mind.
weakness-long = The password may have up to { $n } characters.
weakness-common = This is one of the passwords that everybody tries first. Choose another.
weakness-breached = This password has leaked from some service before, so others know it. Choose another.
weakness-guessable = A program would guess this quickly. Add words that have nothing to do with each other.
weakness-own_word = Leave out words that have to do with you or with us.

# Links from mails

verify-title = Make your account
verify-lead = Your address is confirmed by this link. Choose what we call you and a password, and the account is yours.
verify-button = Make my account
invite-title = Welcome
invite-lead = An account was made for you. Choose what we call you and a password, and it is yours.
invite-button = Set up my account
reset-title = Set a new password
reset-lead = You will be signed out everywhere. If you use a second proof, it stays as it is.
reset-button = Set the password
link-title = This link no longer works
link-gone = It was used, is too old, or a newer one took its place.
link-next = Ask for a new one, or sign in if you have done this already.
forgotten-title = A new password
forgotten-lead = We send you a link. If you use a second proof, it will still be asked for.
forgotten-button = Send me the link

# The account

account-lead = Signed in as { $email }.
account-password = Password
account-password-change = Change
account-app = Codes from an app
account-passkeys = Passkeys
account-recovery = Recovery codes
account-sessions = Signed in
account-on = On
account-off = Off
account-passkeys-n =
    { $n ->
        [0] None
        [one] One passkey
       *[other] { $n } passkeys
    }
account-recovery-none = None yet
account-recovery-n =
    { $n ->
        [0] None left
        [one] One left
       *[other] { $n } left
    }
account-sessions-n =
    { $n ->
        [one] Here only
       *[other] In { $n } places
    }
account-look = See and change
account-weak = A stolen password would be enough to sign in as you. Add a passkey or an app, and it is not.
account-no-recovery = If you lose your phone, you are locked out. Make recovery codes and keep them in a safe place.

password-title = Change your password
password-lead = You stay signed in here, and are signed out everywhere else.
password-button = Change the password

# Ways to sign in

factors-lead = Whoever knows your password still cannot get in without one of these.
app-title = Codes from an app
app-empty = No app yet. An authenticator app shows a new code every half minute, even without a connection.
app-add = Add an app
passkeys-title = Passkeys
passkeys-empty = No passkey yet. It lives in your phone, your computer or a security key, and opens with your finger, your face or a PIN.
passkey-add = Add a passkey
recovery-title = Recovery codes
recovery-empty = None yet. Each lets you in once when your phone or key is lost.
recovery-left =
    { $n ->
        [0] All have been used.
        [one] One is left.
       *[other] { $n } are left.
    }
recovery-make = Make new codes
since = Added { $date }
used = last used { $date }
never-used = not used yet
remove = Remove
app-unnamed = App
passkey-unnamed = Passkey

totp-title = Add an app
app-lead = You need an authenticator app on your phone. Any will do, and it works without a connection.
totp-scan = Scan this picture with your app
totp-qr = A QR code with the key for your app. The key stands below it, to type.
totp-type = Or type this key into it
totp-enter = Write the code that it shows
totp-name = What do you call this app or phone?
totp-button = Turn it on

passkey-add-title = Add a passkey
passkey-add-lead = Your device will ask for your finger, your face or its PIN. They never leave it: we only learn that it was you.
passkey-name = What do you call this device or key?
passkey-add-button = Make a passkey

codes-title = Your recovery codes
codes-lead = Each of these lets you in once. We show them only now, and do not keep them ourselves.
codes-keep = Print this page or write them down, and keep them where only you get at them. Older codes no longer work.
codes-done = I have kept them

recovery-new-title = Make new recovery codes
recovery-new-lead = You get ten new codes. The ones you had before stop working.
recovery-new-button = Make the codes

remove-title = Remove “{ $name }”?
remove-app = The app no longer lets you in. Your other ways to sign in stay.
remove-passkey = This passkey no longer lets you in. Delete it on your device too, or the device goes on offering it.
remove-last = It is the last one: after this, your password alone lets anybody in who knows it.
remove-needed = Your account needs this one. Add another first, then remove it.
too-many = You have as many as one account can have. Remove one first.

# Sessions

sessions-lead = Each line is a browser that is signed in as you. End those that you do not know, and change your password.
session-this = This browser
session-unnamed = A browser
session-since = Since { $date }
session-seen = last seen { $date }
session-by-single = With a password
session-by-two-factor = With a password and a second proof
session-by-phishing-resistant = With a passkey
session-rename = Name
session-end = End
sessions-end-others = End all others
session-name-title = Name this browser
session-name-label = Name
session-name-hint = So that you know it again, such as “My phone”.
session-name-button = Save the name

apps = Apps that you let in
apps-lead = Each of these may use your data until you take it back. From that moment it gets nothing more.
apps-none = No app uses your data. One that you let in stands here, and you can end that at any time.
apps-since = Since { $date }
apps-end = Take back

# Proving it once more

confirm-title = Is it you?
confirm-lead = Before this is changed, show once more that it is you. Then we go on where you were.
confirm-refused = That is not your password. Try again.
confirm-button = It is me

# What was just done

notice-signed-out = You are signed out.
notice-verified = Your account is ready. You can sign in now.
notice-welcome = Your account is ready. You can sign in now.
notice-password-set = Your new password is set. You can sign in with it now.
notice-password-changed = Your password is changed. You are signed out everywhere else.
notice-app-added = Your app is added. From now on we ask for its code.
notice-passkey-added = Your passkey is added.
notice-factor-removed = It is removed.
notice-session-ended = That browser is signed out.
notice-sessions-ended = All other browsers are signed out.
notice-session-named = The name is saved.
notice-app-ended = The app gets nothing more from now on.
notice-over = That took too long. Please begin again.

# May this app do this?

consent-title = { $app } asks for access
consent-optional = (you can leave this out)
consent-text = The whole text that you agree to
consent-may = If you say yes, it may
consent-why = It says that it needs this
consent-how-long = For how long
consent-stays = Also while you are away, until you take it back; at most 90 days without asking you again.
consent-once = For 15 minutes.
consent-seen = Each time it looks is written down, and you can see it.
consent-back = You can take this back at any time, as easily as you give it. From then on it gets nothing more; what it has by then is out of our hands.
consent-goes-to = Your answer goes to { $where }.
consent-contact = Questions about the app: { $contact }.
consent-no = No
consent-yes = Yes, allow it
stop-title = This cannot go on
stop-wrong = The app asked in a way that we do not accept. You did nothing wrong.
stop-over = This question was answered already, or it stood open too long. Go back to the app and begin again.
stop-signed-out = You are not signed in any more. Go back to the app and begin again.
stop-nothing = Nothing was given to anybody.
stop-details = For whoever makes the app
want-know = know that it is you, by a name that only this app gets
want-record = know which record is yours
want-read = read { $what }
want-change = add to or change { $what }
want-read-change = read, add to and change { $what }
want-of = your “{ $what }”
want-all = everything that is kept about you, files included
for-treat = to care for you
for-etreat = to care for you in an emergency
for-patrqt = to show it to you, because you asked
for-hresch = for health research, without your name
for-hpaymt = to bill and pay for care
for-hoperat = to run the organisation
for-pubhlth = for public health, without your name
for-hlegal = for a legal duty or claim
for-sysdev = to keep the system itself
account-to-portal = To your pages
