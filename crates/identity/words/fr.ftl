# Les pages autour d’un compte.

account = Compte
factors = Votre façon de vous connecter
sessions = Où vous êtes connecté
back-account = Revenir à votre compte
back-factors = Revenir à votre façon de vous connecter
back-sessions = Revenir à la liste
cancel = Laisser comme c’est

email = Adresse e-mail
password = Mot de passe
name = Votre nom
name-hint = C’est ainsi que nous vous appelons sur ces pages. Vous pouvez le changer.

mistake-email = Écrivez une adresse e-mail, par exemple nom@example.org.
mistake-name = Écrivez un nom de 80 caractères au plus.
mistake-password = Écrivez votre mot de passe.
mistake-code = Écrivez le code.
mistake-organisation = Nous ne connaissons pas d’organisation de ce nom court.

# Se connecter

sign-in-title = Se connecter
sign-in-organisation = Organisation
sign-in-organisation-hint = Le nom court que votre organisation vous a donné.
sign-in-button = Se connecter
sign-in-forgotten = J’ai oublié mon mot de passe
sign-in-sign-up = Créer un compte
refused = L’adresse et le mot de passe ne vont pas ensemble. Vérifiez les deux et réessayez.
refused-passkey = Cette clé d’accès n’ouvre aucun compte ici. Essayez-en une autre, ou prenez un autre chemin.
wait =
    { $seconds ->
        [one] Il y a eu trop d’essais. Attendez une seconde, puis réessayez.
       *[other] Il y a eu trop d’essais. Attendez { $seconds } secondes, puis réessayez.
    }
guarded = Quelqu’un a essayé beaucoup de mots de passe pour ce compte ; nous sommes donc prudents. Connectez-vous sur un appareil que vous avez déjà utilisé, prenez une clé d’accès, ou choisissez un nouveau mot de passe par e-mail.
busy = Beaucoup de monde se connecte en ce moment. Réessayez dans quelques secondes.
over = Cela a pris trop de temps, ou il y a eu trop d’essais. Recommencez depuis le début.
unverified = Votre adresse n’est pas encore confirmée. Ouvrez le lien dans l’e-mail que nous vous avons envoyé.

second-title = Encore une étape
second-lead = Le mot de passe est bon. Montrez maintenant que c’est bien vous.
second-code = Code de votre application
second-code-hint = Les six chiffres que l’application affiche en ce moment.
second-recovery = Code de secours
second-recovery-hint = L’un des codes que vous avez imprimés ou notés. Chacun sert une fois.
second-button = Continuer
second-use-recovery = Utiliser un code de secours
second-use-app = Utiliser un code de l’application
second-use-passkey = Utiliser une clé d’accès
second-passkey-lead = Votre appareil demande votre doigt, votre visage ou son code PIN. À nous, il dit seulement que c’était vous.
second-again = Recommencer
wrong-code = Cela n’a pas marché. Prenez un code frais : chacun sert une fois.
wrong-passkey = La clé d’accès n’a pas pu le montrer. Réessayez, ou prenez un autre chemin.

enrol-title = Votre travail demande une seconde preuve
enrol-lead = Vous avez accès à ce qui est privé pour d’autres. Un mot de passe seul n’y suffit pas : ajoutez encore une chose.
enrol-choose = Que voulez-vous utiliser ?
enrol-passkey = Une clé d’accès
enrol-passkey-about = Votre téléphone, votre ordinateur ou une clé de sécurité. Personne ne peut vous la soutirer.
enrol-app = Une application qui affiche des codes
enrol-app-about = N’importe quelle application d’authentification. Elle n’a pas besoin de connexion.
enrol-passkey-only = Votre rôle demande une clé d’accès : on peut vous soutirer un code, pas une clé.

# Créer un compte

sign-up-title = Créer un compte
sign-up-lead = Écrivez votre adresse e-mail. Nous vous envoyons un lien, et là vous choisissez un nom et un mot de passe.
sign-up-button = Envoyez-moi le lien
sign-up-have = J’ai déjà un compte
sign-up-closed = Ici, les comptes se créent sur invitation. Demandez-la à votre contact chez { $site }.
mail-title = Regardez votre courrier
mail-sign-up = Nous avons envoyé un e-mail à l’adresse indiquée. Ouvrez son lien dans les 24 heures pour créer votre compte.
mail-reset = S’il existe un compte avec cette adresse, un e-mail est en route. Ouvrez son lien dans les 30 minutes.
mail-nothing = Rien reçu ? Regardez dans les indésirables, et vérifiez que l’adresse est écrite comme d’habitude.

new-password = Nouveau mot de passe
choose-password = Mot de passe
password-alone-hint = Au moins 15 caractères. Quelques mots sans rapport entre eux conviennent bien. Tout ce qui se tape est permis.
password-second-hint = Au moins 8 caractères. Tout ce qui se tape est permis.
strength-good = Bien. Un programme ne le devinerait pas de sitôt.
weakness-short = Le mot de passe doit avoir au moins { $n } caractères. Quelques mots sans rapport se retiennent facilement.
weakness-long = Le mot de passe peut avoir { $n } caractères au plus.
weakness-common = C’est l’un des mots de passe que tout le monde essaie d’abord. Choisissez-en un autre.
weakness-breached = Ce mot de passe a déjà fui d’un service ; d’autres le connaissent donc. Choisissez-en un autre.
weakness-guessable = Un programme le devinerait vite. Ajoutez des mots sans rapport entre eux.
weakness-own_word = Évitez les mots qui ont à voir avec vous ou avec nous.

# Liens des e-mails

verify-title = Créez votre compte
verify-lead = Ce lien confirme votre adresse. Choisissez comment nous vous appelons et un mot de passe, et le compte est à vous.
verify-button = Créer mon compte
invite-title = Bienvenue
invite-lead = Un compte a été préparé pour vous. Choisissez comment nous vous appelons et un mot de passe, et il est à vous.
invite-button = Préparer mon compte
reset-title = Choisissez un nouveau mot de passe
reset-lead = Vous serez déconnecté partout. Si vous utilisez une seconde preuve, elle reste comme elle est.
reset-button = Enregistrer le mot de passe
link-title = Ce lien n’est plus valable
link-gone = Il a déjà servi, il est trop ancien, ou un plus récent l’a remplacé.
link-next = Demandez-en un nouveau, ou connectez-vous si c’est déjà fait.
forgotten-title = Un nouveau mot de passe
forgotten-lead = Nous vous envoyons un lien. Si vous utilisez une seconde preuve, elle vous sera toujours demandée.
forgotten-button = Envoyez-moi le lien

# Le compte

account-lead = Connecté en tant que { $email }.
account-password = Mot de passe
account-password-change = Changer
account-app = Codes d’une application
account-passkeys = Clés d’accès
account-recovery = Codes de secours
account-sessions = Connecté
account-on = Activés
account-off = Désactivés
account-passkeys-n =
    { $n ->
        [0] Aucune
        [one] Une clé d’accès
       *[other] { $n } clés d’accès
    }
account-recovery-none = Pas encore
account-recovery-n =
    { $n ->
        [0] Plus aucun
        [one] Il en reste un
       *[other] Il en reste { $n }
    }
account-sessions-n =
    { $n ->
        [one] Ici seulement
       *[other] À { $n } endroits
    }
account-look = Voir et changer
account-weak = Un mot de passe volé suffirait pour se connecter à votre place. Avec une clé d’accès ou une application, il ne suffit plus.
account-no-recovery = Si vous perdez votre téléphone, vous ne pouvez plus entrer. Créez des codes de secours et gardez-les en lieu sûr.

password-title = Changer votre mot de passe
password-lead = Ici, vous restez connecté. Partout ailleurs, vous êtes déconnecté.
password-button = Changer le mot de passe

# Façons de se connecter

factors-lead = Même en connaissant votre mot de passe, personne n’entre sans l’un de ces moyens.
app-title = Codes d’une application
app-empty = Pas encore d’application. Une application d’authentification affiche un nouveau code chaque demi-minute, même sans connexion.
app-add = Ajouter une application
passkeys-title = Clés d’accès
passkeys-empty = Pas encore de clé d’accès. Elle se trouve dans votre téléphone, votre ordinateur ou une clé de sécurité, et s’ouvre avec le doigt, le visage ou un code PIN.
passkey-add = Ajouter une clé d’accès
recovery-title = Codes de secours
recovery-empty = Pas encore. Chacun vous laisse entrer une fois, si le téléphone ou la clé est perdu.
recovery-left =
    { $n ->
        [0] Tous ont servi.
        [one] Il en reste un.
       *[other] Il en reste { $n }.
    }
recovery-make = Créer de nouveaux codes
since = Ajoutée le { $date }
used = utilisée pour la dernière fois le { $date }
never-used = pas encore utilisée
remove = Retirer
app-unnamed = Application
passkey-unnamed = Clé d’accès

totp-title = Ajouter une application
app-lead = Il vous faut une application d’authentification sur votre téléphone. N’importe laquelle convient, et elle marche sans connexion.
totp-scan = Scannez cette image avec l’application
totp-qr = Un code QR avec la clé pour votre application. La clé est écrite en dessous.
totp-type = Ou tapez cette clé dans l’application
totp-enter = Écrivez le code qu’elle affiche
totp-name = Comment appelez-vous cette application ou ce téléphone ?
totp-button = Activer

passkey-add-title = Ajouter une clé d’accès
passkey-add-lead = Votre appareil demandera votre doigt, votre visage ou son code PIN. Ils n’en sortent jamais : nous apprenons seulement que c’était vous.
passkey-name = Comment appelez-vous cet appareil ou cette clé ?
passkey-add-button = Créer une clé d’accès

codes-title = Vos codes de secours
codes-lead = Chacun vous laisse entrer une fois. Nous ne les montrons que maintenant, et ne les gardons pas.
codes-keep = Imprimez cette page ou recopiez-les, et gardez-les là où vous seul y avez accès. Les anciens codes ne valent plus.
codes-done = Je les ai mis en lieu sûr

recovery-new-title = Créer de nouveaux codes de secours
recovery-new-lead = Vous recevez dix nouveaux codes. Ceux d’avant ne valent plus.
recovery-new-button = Créer les codes

remove-title = Retirer « { $name } » ?
remove-app = L’application ne vous laissera plus entrer. Vos autres moyens restent.
remove-passkey = Cette clé d’accès ne vous laissera plus entrer. Supprimez-la aussi sur l’appareil, sinon il continuera à la proposer.
remove-last = C’est la dernière : ensuite, toute personne qui connaît votre mot de passe peut entrer.
remove-needed = Votre compte en a besoin. Ajoutez-en d’abord une autre, puis retirez celle-ci.
too-many = Vous en avez autant qu’un compte peut en avoir. Retirez-en d’abord une.

# Sessions

sessions-lead = Chaque ligne est un navigateur connecté à votre compte. Fermez ceux que vous ne connaissez pas, et changez de mot de passe.
session-this = Ce navigateur
session-unnamed = Un navigateur
session-since = Depuis le { $date }
session-seen = vu pour la dernière fois le { $date }
session-by-single = Avec un mot de passe
session-by-two-factor = Avec un mot de passe et une seconde preuve
session-by-phishing-resistant = Avec une clé d’accès
session-rename = Nommer
session-end = Fermer
sessions-end-others = Fermer tous les autres
session-name-title = Nommer ce navigateur
session-name-label = Nom
session-name-hint = Pour le reconnaître, par exemple « Mon téléphone ».
session-name-button = Enregistrer le nom

apps = Applications à qui vous avez donné accès
apps-lead = Chacune peut utiliser vos données jusqu’à ce que vous le retiriez. Dès cet instant, elle ne reçoit plus rien.
apps-none = Aucune application n’utilise vos données. Celle à qui vous donnez accès figure ici, et vous pouvez y mettre fin à tout moment.
apps-since = Depuis { $date }
apps-end = Retirer

# Le prouver encore une fois

confirm-title = Est-ce bien vous ?
confirm-lead = Avant ce changement, montrez encore une fois que c’est vous. Nous reprendrons là où vous étiez.
confirm-refused = Ce n’est pas votre mot de passe. Réessayez.
confirm-button = C’est bien moi

# Ce qui vient d’être fait

notice-signed-out = Vous êtes déconnecté.
notice-verified = Votre compte est prêt. Vous pouvez vous connecter.
notice-welcome = Votre compte est prêt. Vous pouvez vous connecter.
notice-password-set = Votre nouveau mot de passe est enregistré. Vous pouvez vous connecter.
notice-password-changed = Votre mot de passe est changé. Partout ailleurs, vous êtes déconnecté.
notice-app-added = Votre application est ajoutée. Désormais, nous demanderons son code.
notice-passkey-added = Votre clé d’accès est ajoutée.
notice-factor-removed = C’est retiré.
notice-session-ended = Ce navigateur est déconnecté.
notice-sessions-ended = Tous les autres navigateurs sont déconnectés.
notice-session-named = Le nom est enregistré.
notice-app-ended = L’application ne reçoit plus rien à partir de maintenant.
notice-over = Cela a pris trop de temps. Recommencez depuis le début.

# Cette application peut-elle le faire ?

consent-title = { $app } demande un accès
consent-optional = (vous pouvez vous en passer)
consent-text = Le texte complet que vous acceptez
consent-may = Si vous dites oui, elle pourra
consent-why = Elle dit en avoir besoin
consent-how-long = Pour combien de temps
consent-stays = Aussi en votre absence, jusqu’à ce que vous le retiriez ; 90 jours au plus sans vous le redemander.
consent-once = Pendant 15 minutes.
consent-seen = Chaque fois qu’elle regarde, c’est noté, et vous pouvez le voir.
consent-back = Vous pouvez le retirer à tout moment, aussi facilement que vous le donnez. Dès lors, elle ne reçoit plus rien ; ce qu’elle a déjà n’est plus entre nos mains.
consent-goes-to = Votre réponse va à { $where }.
consent-contact = Questions sur l’application : { $contact }.
consent-no = Non
consent-yes = Oui, autoriser
stop-title = Impossible de continuer
stop-wrong = L’application a fait sa demande d’une manière que nous n’acceptons pas. Vous n’y êtes pour rien.
stop-over = Cette question a déjà reçu une réponse, ou elle est restée ouverte trop longtemps. Retournez à l’application et recommencez.
stop-signed-out = Votre session est terminée. Retournez à l’application et recommencez.
stop-nothing = Rien n’a été transmis à personne.
stop-details = Pour qui développe l’application
want-know = savoir que c’est vous, sous un nom que seule cette application reçoit
want-record = savoir quel dossier est le vôtre
want-read = lire { $what }
want-change = compléter ou modifier { $what }
want-read-change = lire, compléter et modifier { $what }
want-of = votre « { $what } »
want-all = tout ce qui est conservé sur vous, fichiers compris
for-treat = pour vous soigner
for-etreat = pour vous soigner en urgence
for-patrqt = pour vous le montrer, parce que vous l’avez demandé
for-hresch = pour la recherche, sans votre nom
for-hpaymt = pour facturer et payer les soins
for-hoperat = pour faire fonctionner l’organisation
for-pubhlth = pour la santé publique, sans votre nom
for-hlegal = pour une obligation légale ou un droit
for-sysdev = pour entretenir le système lui-même
account-to-portal = Vers vos pages
