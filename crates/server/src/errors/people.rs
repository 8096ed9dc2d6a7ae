//! Codes about who asks: accounts, apps, tokens, what they may do.

/// Code and meaning, in order.
pub(super) const CODES: &[(&str, &str)] = &[
    ("access.body", "The body is none that this route takes."),
    (
        "access.conflict",
        "One account does not hold both roles: who watches is none of those who are watched.",
    ),
    (
        "access.decided",
        "Somebody decided on it already, or it has ended.",
    ),
    (
        "access.held",
        "The account holds the role, or somebody asked for it already.",
    ),
    (
        "access.elsewhere",
        "What the whole installation has is for another tenant's staff to decide on (`[backup.early] tenant`).",
    ),
    (
        "access.no_account",
        "There is no such account of staff to give a role to, or it is stopped.",
    ),
    (
        "access.no_role",
        "The account that is signed in holds no role that counts now.",
    ),
    (
        "access.no_alert",
        "There is no such alert, or somebody took note of it already.",
    ),
    (
        "access.not_found",
        "There is no such request, privilege or break-glass.",
    ),
    (
        "access.not_given",
        "The role is not one that accounts are given.",
    ),
    (
        "access.open",
        "Another break-glass of the account is open or waits.",
    ),
    (
        "access.overdue",
        "The review of an earlier break-glass is overdue, so no other is opened.",
    ),
    ("access.skip", "What to skip is no number within bounds."),
    (
        "access.stronger",
        "The roles that the account holds want a passkey, and the session began without one.",
    ),
    (
        "access.too_long",
        "A break-glass lasts an hour at most, a privilege ten years.",
    ),
    (
        "account.body",
        "The body of a request about one's own account is not what the address takes.",
    ),
    (
        "account.cursor",
        "A cursor of the list of accounts is none that a list gave out.",
    ),
    (
        "account.session_only",
        "A token asked for what belongs to an account that is signed in.",
    ),
    ("app.body", "The body is no app."),
    (
        "app.cursor",
        "A cursor of the list of apps is not one that a list gave out.",
    ),
    ("app.invalid", "An app's registration does not make sense."),
    ("app.not_found", "There is no such app, for this tenant."),
    ("app.review", "A review is neither `approve` nor `refuse`."),
    (
        "app.same_person",
        "Who registered an app wanted to review it.",
    ),
    (
        "app.state",
        "The app is not in a state in which that can be done.",
    ),
    ("consent.body", "The body is none that this route takes."),
    (
        "consent.damaged",
        "What is stored about a request or a grant does not hold together.",
    ),
    (
        "consent.keys",
        "The key that signs requests and receipts is not at hand.",
    ),
    (
        "consent.no_grant",
        "The person has not granted this, or has taken it back, or it has run out.",
    ),
    (
        "consent.not_found",
        "There is no such request, question or grant: or it is somebody else's.",
    ),
    (
        "consent.over",
        "It was answered, changed or ended meanwhile.",
    ),
    (
        "consent.pace",
        "The person was asked already, or refused not long ago.",
    ),
    (
        "consent.shown",
        "The answer is to another text than the one that there is now.",
    ),
    (
        "consent.terms",
        "What is asked or granted cannot be that; the text says what is wrong.",
    ),
    (
        "consent.wider",
        "The answer goes further than the question, or leaves out what is essential.",
    ),
    (
        "guardian.appointment",
        "A guardian's appointment is ended by the staff, not by a guardian or the person.",
    ),
    (
        "guardian.body",
        "What was sent cannot be a guardian, a day, or the reason of an end.",
    ),
    (
        "guardian.decides",
        "A guardian says yes for this person, until the day that was noted.",
    ),
    (
        "guardian.limits",
        "Whoever stands in gives nothing that they may not do themselves, and appoints nobody.",
    ),
    (
        "guardian.of_age",
        "The person decides for themself: the day has come.",
    ),
    (
        "guardian.other_no",
        "Another guardian said no to this, or to more of it than is left.",
    ),
    (
        "identity.altered",
        "A sealed secret of an account is not as it was sealed, or lies in another place.",
    ),
    (
        "identity.busy",
        "More people sign in at this moment than there are places in the queue for hashing.",
    ),
    (
        "identity.closed",
        "The tenant takes people by invitation only.",
    ),
    (
        "identity.code",
        "A second factor did not hold, or was used before.",
    ),
    ("identity.email", "That is not an e-mail address."),
    (
        "identity.guarded",
        "Too many passwords were tried for an account from unknown devices; known devices, passkeys and links by mail still work.",
    ),
    (
        "identity.internal",
        "Something about an account could not be done, by our own mistake.",
    ),
    (
        "identity.invalid",
        "A request about an account cannot be understood.",
    ),
    (
        "identity.link",
        "A link was used, is too old, or was replaced by a newer one.",
    ),
    (
        "identity.more",
        "In the log: what was proven so far holds, and more is due.",
    ),
    (
        "identity.name",
        "A name is empty, too long, or holds control characters.",
    ),
    (
        "identity.needed",
        "The account needs what this would take away, or has to do something else first.",
    ),
    (
        "identity.not_found",
        "There is no such account, session or factor.",
    ),
    (
        "identity.refused",
        "Address and password do not belong together, or the account may not sign in.",
    ),
    ("identity.session", "There is no live session."),
    (
        "identity.stale",
        "The proof is not fresh enough to change what matters.",
    ),
    (
        "identity.taken",
        "There is an account with this address or for this person.",
    ),
    (
        "identity.ticket",
        "A sign-in took too long, was tried too often, or was used.",
    ),
    (
        "identity.too_many",
        "An account has as many factors as it may have.",
    ),
    (
        "identity.wait",
        "Too many guesses; the next one has to wait.",
    ),
    (
        "identity.weak",
        "A password is not good enough; the answer says why.",
    ),
    (
        "oauth.access_denied",
        "The person said no, or the answer was not theirs to give.",
    ),
    (
        "oauth.consent_required",
        "The person has not agreed, and no page may be shown.",
    ),
    (
        "oauth.damaged",
        "What is stored about an app or its tokens does not hold together.",
    ),
    (
        "oauth.entry",
        "An entry of the log about an app could not be written.",
    ),
    (
        "oauth.insufficient_scope",
        "An access token does not reach that far.",
    ),
    ("oauth.invalid_client", "An app did not prove itself."),
    (
        "oauth.invalid_dpop_proof",
        "A proof of possession does not hold.",
    ),
    (
        "oauth.invalid_grant",
        "A code or refresh token is unknown, used, old, ended, or another app's.",
    ),
    (
        "oauth.invalid_request",
        "A parameter is missing, comes twice, or is not what it should be.",
    ),
    (
        "oauth.invalid_request_uri",
        "A pushed request is unknown, used, old, or another app's.",
    ),
    ("oauth.invalid_scope", "The scopes are not among the app's."),
    (
        "oauth.invalid_token",
        "An access token is unknown, old, ended, or sent in another way than it was made for.",
    ),
    (
        "oauth.login_required",
        "Nobody is signed in, and no page may be shown.",
    ),
    (
        "oauth.page",
        "A page of an app's question could not be made.",
    ),
    (
        "oauth.registration_not_supported",
        "An app wanted to register itself on the way.",
    ),
    (
        "oauth.request_not_supported",
        "A signed authorization request was sent.",
    ),
    (
        "oauth.token_bound",
        "The access token is bound to a key and came without a proof.",
    ),
    (
        "oauth.unauthorized_client",
        "The app may not get tokens in this way.",
    ),
    (
        "oauth.unsupported_grant_type",
        "There is no such way to get tokens.",
    ),
    (
        "oauth.unsupported_response_type",
        "Another answer than a code was asked for.",
    ),
    (
        "oauth.use_dpop_nonce",
        "A proof of possession must carry the nonce of the answer.",
    ),
    (
        "oauth.wait",
        "Too many failures to prove which app it is; the next one has to wait.",
    ),
    ("policy.account", "It takes somebody with an account."),
    (
        "policy.assurance",
        "It takes a stronger sign-in: a second factor, or a passkey.",
    ),
    (
        "policy.break_glass",
        "An emergency was stated, and no break-glass for this person is open.",
    ),
    (
        "policy.grant",
        "An app acts for somebody without a grant of theirs that stands.",
    ),
    ("policy.invalid", "A policy is not right."),
    (
        "policy.not_found",
        "It is not the caller's, so for the caller it is not there.",
    ),
    (
        "policy.own",
        "Whoever has a part in it does not decide on it.",
    ),
    (
        "policy.purpose",
        "The role does not use data for this purpose.",
    ),
    ("policy.purpose_missing", "The read did not say why."),
    ("policy.role", "The role may not do this."),
    ("policy.scope", "The token does not reach that far."),
    ("policy.stale", "It takes a fresh proof of who asks."),
    (
        "token.unknown",
        "There is no valid token: none, expired, revoked or made up.",
    ),
    ("rights.body", "The body is none that this route takes."),
    (
        "rights.correction",
        "The correction cannot be carried out by itself; whoever keeps the record corrects it.",
    ),
    (
        "rights.kind",
        "Under the law that counts at the tenant there is no such request.",
    ),
    (
        "rights.moved",
        "Somebody took another step with the request meanwhile.",
    ),
    (
        "rights.no_extension",
        "The law knows no longer period for this kind of request.",
    ),
    (
        "rights.not_found",
        "There is no such request of a data subject: or it is somebody else's.",
    ),
    (
        "rights.nothing_to_lift",
        "Nothing came of the request that could be lifted, or it was lifted already.",
    ),
    (
        "rights.objected",
        "The person objected to the purpose: nothing is done or asked for it until they take that back.",
    ),
    (
        "rights.order",
        "The request is not in a state that this step follows.",
    ),
    (
        "rights.restricted",
        "The person had it restricted: until that is lifted nobody but they reads or changes it, save in an emergency.",
    ),
    (
        "rights.rules",
        "The rules about time do not hold together, or a day lies outside the calendar.",
    ),
    (
        "rights.too_late",
        "The first period is over; an extension is announced while it runs.",
    ),
    (
        "rights.too_many",
        "As many requests of the person are open as may be at once.",
    ),
    (
        "rights.wish",
        "What is asked for, or said, is too long, incomplete, or does not belong to its kind.",
    ),
];
