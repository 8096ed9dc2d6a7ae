# What a person is asked to share, as a whole text: this very text is what they agree to, and its hash stands in the receipt.

ask-oauth-title = { $app } asks for access
ask-oauth-text = { $app } sent you here. It wants to use what is kept about you.
ask-contact = Questions about it: { $contact }
ask-who = Who asks: { $who }
ask-what = What it is about:
ask-why = What for:
ask-long = For how long: { $days } days at most, then it ends by itself.
ask-back = You can take it back at any time, at once and without giving a reason.
ask-optional = (you can leave this out)
ask-everything = everything that is kept about you
ask-read = look at: { $what }
ask-change = add to or change: { $what }
ask-read-change = look at, add to or change: { $what }
ask-fields = only { $fields }

for-TREAT = to treat you
for-ETREAT = to treat you in an emergency
for-PATRQT = because you asked for it
for-HRESCH = for health research
for-HPAYMT = to settle payment
for-HOPERAT = to run the service
for-PUBHLTH = for public health reporting
for-HLEGAL = for a legal duty or claim
for-SYSDEV = to keep the system itself in order

somebody-of-staff = a member of staff
