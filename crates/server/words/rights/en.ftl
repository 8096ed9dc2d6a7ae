# Requests under a person's rights: kinds, states, and drafts of what the person is told. One file per language, written in it.

right-access = Information about what is kept
right-portability = My data to take along
right-rectification = A correction
right-erasure = Deletion
right-restriction = Restriction of what is done
right-objection = Objection to a purpose
right-know = Information about what is kept
right-delete = Deletion
right-correct = A correction
right-opt-out = No sale and no sharing
right-limit = Limited use of sensitive data
right-question = A question about one access
right-report = A report of one access
right-state-received = received
right-state-confirmed = confirmed
right-state-in-progress = in progress
right-state-extended = takes longer
right-state-answered = answered
right-state-refused = refused
right-state-withdrawn = taken back
draft-confirm =
    Hello,

    your request came to us on { $received }: { $kind }. We answer by { $last } at the latest.
draft-confirm-open =
    Hello,

    your request came to us on { $received }: { $kind }. We look into it and answer you here.
draft-extend =
    Hello,

    your request of { $received } ({ $kind }) takes us longer than we hoped, because …

    We answer by { $longer } at the latest. You may complain to the supervisory authority, or go to court.
draft-answer =
    Hello,

    this is our answer to your request of { $received }: { $kind }.
draft-refuse =
    Hello,

    we cannot do what you asked for on { $received } ({ $kind }), because …

    You may complain to the supervisory authority, or go to court.
draft-done-access = What is kept about you stands under “My data”, and who looked at it under “Who looked”. You can take everything along as one archive.
draft-done-know = What is kept about you stands under “My data”, and who looked at it under “Who looked”. You can take everything along as one archive.
draft-done-portability = Everything can be taken along as one archive, under “Take along”.
draft-done-rectification = What you named is corrected. What it said before stays in its history.
draft-done-correct = What you named is corrected. What it said before stays in its history.
draft-done-restriction = From now on nobody but you reads or changes what you named, save in an emergency. We tell you before that ends.
draft-done-objection = From now on nothing is done with your data for the purpose that you named, and nobody asks you for it.
draft-done-opt-out = From now on nothing is done with your data for the purpose that you named, and nobody asks you for it.
