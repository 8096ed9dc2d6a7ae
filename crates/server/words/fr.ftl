# La console : des pages pour le personnel.

console = Console
console-account = Votre compte
console-lead = Ce qui attend que quelqu’un y regarde.
console-empty = Rien ne vous attend ici.
console-role = Vous agissez en tant que
console-act-as = Agir en tant que : { $role }
notice-role-chosen = Vous agissez maintenant dans le rôle choisi.
leave = Laisser comme c’est

place-people = Comptes
place-apps = Applications
place-roles = Rôles
place-requests = Demandes
place-reviews = Vérifications
place-break-glass = Urgences

column-place = Où
column-waits = Ce qui attend
column-name = Nom
column-email = Adresse e-mail
column-role = Rôle
column-state = État
column-since = Depuis
column-by = Demandé par · accordé par
column-review = À vérifier avant
column-contact = Contact
column-asked-by = Demandé par
column-asked-at = Demandé le
column-decided-by = Décidé par
column-ends = Prend fin de lui-même
column-person = Personne
column-opened = Ouverte
column-until = Jusqu’à
column-may = Peut
column-thing = Quoi
column-reason = Motif
column-purposes = À quelles fins
column-sees = Voit

waits-requests =
    { $n ->
        [0] Rien à décider
        [one] Une demande à décider
       *[other] { $n } demandes à décider
    }
waits-reviews =
    { $n ->
        [0] Rien en retard
        [one] Une vérification en retard
       *[other] { $n } vérifications en retard
    }
waits-glasses =
    { $n ->
        [0] Rien en retard
        [one] Une urgence pas vérifiée à temps
       *[other] { $n } urgences pas vérifiées à temps
    }
waits-apps =
    { $n ->
        [0] Rien à examiner
        [one] Une application à examiner
       *[other] { $n } applications à examiner
    }

role-none = Aucun encore
role-owner = Responsable
role-owner-about = Répond de l’ensemble. Nomme d’autres responsables.
role-administrator = Administration
role-administrator-about = S’occupe des comptes et des applications. Ne voit ni le journal ni les données de personne.
role-security = Sécurité
role-security-about = Lit le journal, garde les clés, vérifie les accès. Ne change aucun compte.
role-operator = Exploitation
role-operator-about = Fait fonctionner le système. N’ouvre les données de personne.
role-compliance = Conformité
role-compliance-about = Voit les promesses, les preuves et qui détient quoi.
role-support = Assistance
role-support-about = Aide pour les comptes. N’ouvre les données de personne.
role-clinician = Soignant
role-clinician-about = Lit les données d’une personne pour la soigner.
role-developer = Développement
role-developer-about = Enregistre des applications ; quelqu’un d’autre les admet.
role-app = Application
role-person = Personne
role-system = Le système

# Comptes

people-lead = Tous ceux qui peuvent se connecter, ou qui sont invités. Leurs rôles décident de ce qu’ils peuvent faire.
people-empty = Personne encore. Invitez la première.
account-state-invited = Invité
account-state-unverified = Pas confirmé
account-state-active = Actif
account-state-stopped = Arrêté
account-stop = Arrêter
account-resume = Réadmettre
invite-again = Renvoyer
invite-somebody = Inviter quelqu’un
invite-about = La personne reçoit un e-mail avec un lien valable sept jours. Elle commence sans droits : un rôle se demande ensuite, et une seconde personne l’accorde.
invite-send = Envoyer l’invitation
back-people = Revenir aux comptes
mistake-taken = Il y a déjà un compte avec cette adresse.
mistake-email = Écrivez une adresse e-mail, par exemple nom@example.org.
mistake-name = Écrivez un nom de 80 caractères au plus.
notice-invited = L’invitation est en route.
notice-stopped = Le compte est arrêté et déconnecté partout.
notice-resumed = Le compte peut de nouveau se connecter.

# Rôles et vérifications

roles-lead = Qui détient quoi, depuis quand, et qui a donné son accord. Un rôle dont la vérification est en retard ne compte pas.
roles-empty = Personne n’a encore de rôle. Cela commence par une demande.
by-installation = L’installation
privilege-held = Valable
privilege-waits-for-review = Attend une vérification
privilege-ended = Terminé
privilege-not-confirmed = Pas confirmé
privilege-overdue = Tombé
privilege-expired = Terminé de lui-même
role-end = Mettre fin
role-end-title = Mettre fin à ce rôle ?
role-end-lead = { $name } perd aussitôt le rôle « { $role } ». On peut le redemander.
notice-role-ended = Le rôle a pris fin.
reviews-lead = Tous les { $days } jours, quelqu’un d’autre confirme chaque rôle ou le laisse tomber. D’autres confirment les vôtres.
reviews-empty = Rien à confirmer. Les rôles apparaissent ici quand le moment est venu.
reviews-held = Rôles valables
reviews-overdue = En retard
review-keep = Confirmer
review-drop = Laisser tomber
notice-review-kept = Confirmé jusqu’à la prochaine vérification.
notice-review-dropped = Le rôle a pris fin.

# Demandes

requests-lead = Un rôle est demandé par une personne et accordé par une autre. Ouvrez une demande pour voir qui aurait accès à quoi.
requests-empty = Aucune demande encore.
request-new = Demander un rôle
request-new-lead = Quelqu’un d’autre décide, et voit ce que vous y gagneriez.
request-role = Quel rôle ?
request-reason = Pourquoi ?
request-note = À préciser
request-note-hint = Conservé sous scellé, montré à ceux qui décident. N’écrivez rien sur la santé de quiconque.
request-days = Pour combien de jours ?
request-days-hint = Laissez vide s’il doit durer jusqu’à ce qu’une vérification y mette fin.
request-send = Demander
reason-new-post = Nouveau ici, ou nouveau poste
reason-cover = Remplacement d’un collègue
reason-project = Pour un travail précis
reason-incident = Un incident l’exige
reason-other = Autre chose
request-title = { $name } : { $role }
gains-title = Ce que { $name } pourrait faire et ne peut pas maintenant
gains-empty = Rien qui ne soit déjà possible.
request-own = Vous l’avez demandé, ou y gagneriez. Quelqu’un d’autre décide.
request-second = Vous êtes la seconde personne. Un oui compte aussitôt.
request-yes = Accorder
request-no = Refuser
request-state-open = Attend une réponse
request-state-approved = Accordée
request-state-refused = Refusée
back-requests = Revenir aux demandes
mistake-choose = Choisissez-en un de chaque.
mistake-days = Écrivez un nombre de jours, ou laissez vide.
mistake-request = Ceci ne peut être demandé : le rôle est déjà détenu ou demandé, ou ne va pas avec un autre.
notice-request-sent = La demande est faite. Vous saurez quand quelqu’un aura décidé.
notice-request-approved = Accordée. Elle compte dès maintenant.
notice-request-refused = Refusée.
masked = { $classes } masqué
only-break-glass = seulement dans une urgence ouverte

verb-create = Créer
verb-read = Lire
verb-change = Changer
verb-delete = Supprimer
verb-manage = Décider de
thing-person = Les données d’une personne en tant que telles
thing-list-of-accesses = Qui a regardé les données d’une personne
thing-archive = Tout d’une personne, à emporter
thing-list-of-grants = Ce qu’on a demandé à une personne et ce qu’elle partage
thing-request-for-consent = Ce qu’on demande aux personnes
thing-record = Entrées
thing-records = Listes d’entrées
thing-file = Fichiers
thing-log = Le journal
thing-keys = Les clés, jamais leur contenu
thing-privilege = Un rôle
thing-privileges = Qui détient quel rôle
thing-break-glass = Urgences
thing-policy = Les règles
thing-account = Comptes
thing-app = Applications
thing-trust = Promesses et preuves
class-public = public
class-internal = interne
class-personal = qui c’est
class-health = santé
class-credential = secrets
class-payment = paiement
purpose-treat = soins
purpose-etreat = soins d’urgence
purpose-patrqt = demande de la personne
purpose-hresch = recherche
purpose-pubhlth = santé publique
purpose-hpaymt = paiement
purpose-hoperat = fonctionnement de l’organisation
purpose-sysdev = contrôles du système

# Applications

apps-lead = Des programmes auxquels les gens peuvent donner accès. Chacun est enregistré par une personne et examiné par une autre.
apps-empty = Pas encore d’application. Enregistrez-en une, et quelqu’un d’autre l’examinera.
app-new = Enregistrer une application
app-new-lead = Elle ne reçoit rien avant que quelqu’un d’autre l’ait examinée.
app-register = Enregistrer
app-name-hint = Tel que les gens le lisent quand on leur demande.
app-contact-hint = À qui s’adresser en cas de question.
app-redirects = Adresses où elle est renvoyée
app-redirects-hint = Une par ligne, exactement comme l’application les envoie.
app-scopes = Ce qu’elle peut demander
app-scopes-hint = Des scopes, par exemple patient/Observation.rs. Un par ligne.
app-purposes = Finalités
app-purposes-hint = Par exemple TREAT ou PATRQT.
app-method = Comment elle se prouve
app-grants = Chemins vers un jeton
app-id = Client id
app-registered-by = Enregistrée par
app-reviewed-by = Examinée par
app-own = Vous l’avez enregistrée. Quelqu’un d’autre l’examine.
app-second = Vous êtes la seconde personne. Une application approuvée peut aussitôt demander accès aux gens.
app-approve = Approuver
app-refuse = Refuser
app-stop = Arrêter
app-stop-title = Arrêter { $name } ?
app-stop-lead = Tous ses jetons prennent fin aussitôt, et on ne peut pas la relancer.
app-secret = Secret
app-secret-renew = Renouveler le secret
app-secret-once = Le secret n’est montré que maintenant. Un secret antérieur reste valable sept jours.
app-made = L’application est enregistrée
app-made-lead = Quelqu’un d’autre doit l’examiner avant qu’elle puisse demander quoi que ce soit.
app-state-draft = Brouillon
app-state-in-review = Attend un examen
app-state-active = Active
app-state-stopped = Arrêtée
method-none = Elle ne peut pas garder un secret : une application sur téléphone ou dans un navigateur
method-client-secret-basic = Par un secret, dans un en-tête
method-client-secret-post = Par un secret, dans le corps
back-apps = Revenir aux applications
mistake-app = Cette application ne peut être enregistrée : { $why }
notice-app-approved = Approuvée. L’application peut demander accès aux gens.
notice-app-refused = Refusée.
notice-app-stopped = L’application est arrêtée. Ses jetons ont pris fin.

# Urgences

glass-lead = En cas d’urgence, on peut ouvrir pour peu de temps les données d’une personne. Elle le sait aussitôt, et quelqu’un d’autre vérifie.
glass-empty = Aucune urgence jusqu’ici. Que cela dure.
glass-unseen = Qui contrôle voit ce qui a été ouvert. L’accès se referme de lui-même quand le temps est écoulé.
glass-new = Ouvrir les données d’une personne
glass-new-lead = Une personne, une raison, une heure au plus. Hors des soins, il faut une seconde personne.
glass-new-told = La personne, la sécurité et les responsables le savent aussitôt. Tant que ce n’est pas vérifié à temps, vous ne pouvez rien ouvrir d’autre.
glass-person-hint = L’identifiant de la personne, tel que votre système le connaît.
glass-how-long = Pour combien de temps ?
glass-open = Ouvrir
minutes =
    { $n ->
        [one] Une minute
       *[other] { $n } minutes
    }
emergency-emergency-care = En danger, à soigner maintenant
emergency-unreachable = On ne peut pas lui demander
emergency-safety = Quelqu’un d’autre est en danger
emergency-incident = Les données elles-mêmes sont en danger
emergency-legal = La loi l’exige maintenant
glass-state-open = Ouverte
glass-state-waits-for-second = Attend une seconde personne
glass-state-lapsed = Personne n’a donné son accord à temps
glass-state-review = Attend une vérification
glass-state-overdue = Vérification en retard
glass-state-justified = C’était juste
glass-state-not-justified = Ce n’était pas juste
glass-second = Donner son accord
glass-close = Fermer
glass-was-right = C’était juste
glass-was-wrong = Ce n’était pas juste
mistake-person = Cette personne n’existe pas. Vérifiez l’identifiant.
mistake-glass = Impossible d’ouvrir maintenant. Une de vos urgences attend peut-être encore sa vérification.
notice-glass-opened = C’est ouvert. Toutes les personnes concernées le savent.
notice-glass-asked = Une seconde personne doit donner son accord. Elle est prévenue.
notice-glass-seconded = C’est ouvert maintenant.
notice-glass-closed = C’est fermé.
notice-glass-reviewed = Votre vérification est notée.

# Alertes

place-alerts = Alertes
column-alert = Alerte
column-at = Depuis
waits-alerts =
    { $n ->
        [0] Rien dont prendre note
        [one] Une alerte dont prendre note
       *[other] { $n } alertes dont prendre note
    }
alerts-lead = Ce que doit avoir vu qui veille sur l’organisation. En prendre note l’ôte de cette liste ; ce qui s’est passé reste dans le journal.
alerts-empty = Aucune alerte. Il ne s’est rien passé que vous deviez voir.
alerts-more = Il y en a plus que cette page n’en montre. Prenez note de celles-ci, et les plus anciennes suivront.
alert-glass-opened = Les données d’une personne ont été ouvertes en urgence
alert-glass-overdue = Une urgence n’a pas été vérifiée à temps
alert-reviews-overdue = Des rôles n’ont pas été vérifiés à temps
alert-app-reuse = La clé d’une application a servi deux fois
alert-close = Prendre note
notice-alert-closed = C’est noté.

thing-legal-hold = Gels juridiques
thing-retention = Ce qui est conservé, et combien de temps
place-retention = Conservation
place-holds = Gels juridiques
column-collection = Collection
column-kept-for = Conservé
column-in-time = Dans le délai
column-held = Gelés
column-destroyed = Détruits
column-placed-by = Posé par
retention-lead = Ce qui a dépassé son délai est détruit une fois par jour, avec toutes ses versions. La durée de conservation figure dans le registre ; le délai court depuis la dernière modification. 30d sont des jours, 18m des mois, 10y des années.
retention-empty = Tout est conservé jusqu’à son effacement : aucune collection du registre n’a de terme.
retention-last = Dernier passage
retention-files = Fichiers
retention-holds =
    { $n ->
        [0] Aucun en vigueur
        [one] Un en vigueur
       *[other] { $n } en vigueur
    }
holds-lead = Ce qui est gelé doit rester : ce n’est pas détruit à la fin du délai, personne ne le supprime, et une suppression demandée attend. La personne concernée sait qu’il y a un gel, jamais pourquoi.
holds-more = Il y en a plus que cette page n’en montre ; `strongroom hold list` les montre tous.
holds-empty = Aucun gel juridique. La personne chargée de la conformité en pose un ici quand quelque chose doit être préservé.
hold-new = Poser un gel juridique
hold-new-lead = Il vaut dès maintenant, aussi pour ce qui est en train d’être supprimé.
hold-place = Poser
hold-on-person = Personne { $person }
hold-on-tenant = Tout
hold-scope-person = Tout sur une personne
hold-scope-collection = Une collection
hold-scope-tenant = Tout ce qui est conservé ici
hold-what = Quelle personne ou collection
hold-what-hint = L’identifiant de la personne, ou le nom de la collection dans le registre. Laisser vide pour tout.
hold-reason-hint = Conservé scellé. Seul qui voit cette liste le lit.
hold-until-hint = Un jour, comme 2027-01-31. Laisser vide s’il n’a pas de fin.
hold-open = Jusqu’à sa levée
hold-state-in-force = En vigueur
hold-state-lifted = Levé
hold-state-over = Échu
hold-lift = Lever
hold-lift-lead = Ce que seul ce gel retenait disparaît au prochain passage, et les suppressions qui l’attendaient sont exécutées. Ni l’un ni l’autre ne peut être annulé.
mistake-hold = Rien n’a été posé. Indiquez une personne ou une collection existante, un motif, et un jour à venir ou aucun.
notice-hold-placed = Le gel vaut.
notice-hold-lifted = Le gel est levé.

thing-bulk-export = Tout ce qui est en FHIR, extrait par un programme
thing-record-of-processing = Le registre des traitements
place-processing = Traitements
column-basis = Base juridique
column-classes = Catégories de données
column-recipients = Destinataires
processing-lead = Le registre des activités de traitement (RGPD, article 30), établi à l’instant à partir du registre des données, des consentements valables, des applications et des promesses telles qu’elles sont mesurées. Les collections vides manquent ici ; le tableau les nomme.
processing-empty = Rien n’est encore conservé. Chaque collection qui contient quelque chose figure ici.
processing-controller = Responsable du traitement
processing-contact = Contact
processing-representative = Représentant
processing-dpo = Délégué à la protection des données
processing-behalf = Pour le compte de
processing-missing = Non indiqué dans la configuration
processing-none = Aucun
processing-transfers = Transferts vers des pays tiers
processing-security = Mesures de sécurité
processing-made = Établi
processing-csv = Conserver comme tableau (CSV)

contract-ends = Le contrat prend fin le { $at }. Ensuite, rien de nouveau n’est enregistré.
contract-ended = Le contrat a pris fin. Rien de nouveau n’est enregistré. Jours restants pour tout emporter : { $days }. Tout est détruit après le { $at }.
contract-over = Le contrat a pris fin et le délai est écoulé : tout est détruit, sauf si une conservation légale l’empêche.
thing-contract = La fin du contrat
# Demandes de personnes au titre de leurs droits

thing-request-under-a-right = Ce que les personnes demandent au titre de leurs droits
place-rights = Droits des personnes
column-right = Ce qu’elles demandent
column-last-day = Dernier jour
column-left = Reste
waits-rights =
    { $n ->
        [0] Aucune demande à traiter
        [one] Une demande à traiter
       *[other] { $n } demandes à traiter
    }
rights-lead = Ce que les personnes demandent au titre de leurs droits, le plus urgent d’abord. Le dernier jour est celui de la loi.
rights-empty = Pas de demande ici. Ce que quelqu’un demande dans son portail arrive ici.
rights-left =
    { $n ->
        [0] aujourd’hui
        [one] un jour
       *[other] { $n } jours
    }
rights-late = en retard
rights-no-clock = aucun délai légal
rights-more = Suite
rights-show-open = Demandes ouvertes
rights-show-overdue = Demandes en retard
rights-show-closed = Demandes closes
rights-show-all = Toutes les demandes
right-law = Loi
right-language = Langue de la personne
right-lang-sv = suédois
right-lang-de = allemand
right-lang-it = italien
right-lang-fr = français
right-lang-en = anglais
right-wish = Ce qui est demandé
right-no-words = Rien n’a été écrit.
right-about = Concerne : { $place }
right-value = Cela devrait dire : { $value }
right-purpose = But : { $purpose }
right-entry = Il s’agit de l’entrée { $n } du journal.
right-happened = Ce qui s’est passé
right-version = Rectifié en version { $n } de l’enregistrement.
right-step = La suite
right-step-confirm = Confirmer la réception
right-step-start = Commencer à s’en occuper
right-step-extend = Dire que cela prend plus de temps
right-step-answer = Répondre
right-step-refuse = Refuser
right-step-lift = Lever
right-text = Ce que la personne lit
right-text-hint = Un brouillon dans sa langue. Elle reçoit une lettre qui dit où regarder ; ce texte, elle le lit dans son portail.
right-carry-out = Faire avec la réponse ce qui est demandé : rectifier le champ, limiter, ou mettre fin à ce à quoi elle s’oppose
right-stands = Ceci vaut
right-stands-text = Une limitation ou une opposition en a résulté. Prévenez la personne avant de la lever.
right-event-received = Demandée
right-event-confirmed = Confirmée
right-event-begun = Travail commencé
right-event-extended = Prolongée
right-event-answered = Répondue
right-event-refused = Refusée
right-event-withdrawn = Retirée
right-event-lifted = Levée
notice-right-step = C’est fait. La personne apprend ce qui la concerne.
mistake-right-late = Le premier délai est passé, on ne peut plus le prolonger.
mistake-right-no-extension = La loi ne connaît pas de délai plus long pour cela.
mistake-right-moved = Quelqu’un a agi entre-temps, ou cette étape ne suit pas. Regardez ce qui s’est passé.
mistake-right-text = Écrivez ce que la personne lit : la réponse, ou pourquoi.
mistake-right-card = Le texte contient ce qui ressemble à un numéro de carte de paiement. Retirez-le.
mistake-right-correction = La rectification ne se fait pas d’elle-même : la valeur ne convient pas au champ, ou l’enregistrement n’existe pas. Faites-la faire par qui le tient, et répondez sans l’exécuter.
alert-right-due = Il faudra bientôt répondre à la demande d’une personne
alert-right-overdue = La demande d’une personne n’a pas reçu de réponse à temps

thing-guardian = Qui décide pour qui
thing-proposed-guardian = Représentants qui attendent une deuxième personne
place-guardians = Représentants légaux
column-decides = Décide à partir du
column-guardians = Représentants
column-guardian = Représentant
column-waiting = En attente
column-calls = Nommée par lui
column-evidence = Établi par
minors-lead = Les personnes qui ne décident pas encore elles-mêmes. Ce jour-là, le pouvoir de leurs représentants prend fin de lui-même, et ce qu’ils ont accepté est redemandé. Le jour est gardé scellé : il dit quand quelqu’un est né.
minors-empty = Personne. Notez ici à partir de quel jour une personne décide ; les représentants sont proposés ensuite.
minors-more = Il y en a plus que n’en montre cette page ; l’API les énumère tous (`GET /v1/minors`).
minor-new = Noter un jour
minor-new-lead = À partir de ce jour, à minuit, la personne décide. Quel jour c’est dépend du droit du pays et de ce qui est demandé : de 13 à 16 ans pour les services (RGPD, article 8), 18 ans pour presque tout le reste.
minor-note = Noter
minor-change = Changer le jour
minor-change-lead = Tant qu’il n’est pas venu, le jour peut être changé. Ensuite il reste.
minor-person = L’identifiant de la personne
minor-day = Le jour
minor-day-hint = Par exemple 2031-05-04
minor-look = Regarder
minor-title = Personne { $person }
minor-decides-now = Décide depuis le
minor-account = Compte à elle
minor-account-none = Pas encore
minor-account-active = Il y en a un
minor-account-invited = Invitée, sans réponse
minor-account-stopped = Arrêté
minor-account-unverified = Commencé, non prouvé
minor-invite = Inviter à un compte à elle
minor-invite-lead = La lettre va à l’adresse propre de la personne, jamais à celle d’un représentant. Une invitation sans réponse ou un compte arrêté cède la place.
minor-invite-email = L’adresse propre de la personne
minor-invite-name = Comment l’appeler
minor-invite-language = Langue
guardians-empty = Aucun représentant pour l’instant.
guardian-new = Proposer un représentant
guardian-new-lead = Une fois confirmé par une deuxième personne parmi vous, le représentant voit, répond, emporte et demande des suppressions à la place de la personne, avec son propre compte. Regardez le document avant de continuer.
guardian-appoint = Nommer
guardian-propose = Proposer
guardian-email = L’adresse du compte du représentant
guardian-calls = Comment le représentant appelle la personne
guardian-calls-hint = Pour qu’il distingue ses enfants. Gardé scellé.
guardian-evidence = Par quoi c’est établi
guardian-evidence-hint = Le document, ou l’endroit où il se trouve. Gardé scellé ; la personne peut le lire.
guardian-limit = Ce qu’il peut faire
guardian-limit-all = Tout ce que peut la personne
guardian-limit-read = Seulement regarder, et répondre à ce qui lit
guardian-state-proposed = Attend une deuxième personne
guardian-decide = Décider
guardian-second = Nommer un représentant
guardian-second-own = Vous l’avez proposé. Il faut une deuxième personne pour le nommer ; vous pouvez le retirer.
guardian-second-lead = Regardez ce qui a été montré. Une fois nommé, il agit pour la personne à partir de ce moment.
guardian-second-who = { $name } doit décider pour { $calls }. Peut : { $limit }.
guardian-second-shown = Ce qui a été montré : { $evidence }
guardian-second-by = Proposé par { $name }, { $at }. Devient caduc { $until }.
guardian-refuse = Refuser
guardian-take-back = Retirer
guardian-state-standing = Décide
guardian-state-over = Fini
guardian-state-ended = Terminé
guardian-end = Y mettre fin
guardian-end-lead = Dès maintenant il n’agit plus pour la personne, et ce qu’il a accepté ne permet rien à personne tant que ce n’est pas redemandé. Cela ne se reprend pas ; il peut être nommé à nouveau.
guardian-end-reason = Pourquoi
mistake-guardian = Rien n’a été changé. { $why }
notice-minor-noted = Noté.
notice-guardian-appointed = Nommé.
notice-guardian-proposed = Proposé. Une deuxième personne a été prévenue.
notice-guardian-refused = Refusé.
notice-guardian-ended = Terminé.
notice-minor-invited = Invitée.

# Continuity

thing-recovery-point = Points de restauration et exercices
place-continuity = Continuité
continuity-lead = Les points de restauration de toute l’installation, et ce à quoi on s’exerce avec eux. Ce qui est en retard ou a échoué signifie qu’on peut perdre plus que ce qui est promis.
continuity-empty = Rien ne se fait tout seul.
continuity-none = Il n’y a pas de sauvegardes : la configuration n’a pas de section pour elles.
continuity-seconds =
    { $n ->
        [one] une seconde
       *[other] { $n } secondes
    }
continuity-behind = La copie de ce qui est enregistré est en retard de
continuity-no-stream = Aucune n’est envoyée : seuls comptent les points de restauration
continuity-not-joined = Rien de ce qui est envoyé ne peut être restauré avant le prochain point de restauration
continuity-reach = Personnes effacées dont une copie peut encore avoir les clés
continuity-reach-late = { $n }, plus longtemps que promis : strongroom backup keys fait une nouvelle copie des clés
column-run = Quoi
column-last = Dernière fois
column-lost = Aurait été perdu
column-back = De retour après
run-point = Point de restauration
run-prune = Anciens points supprimés
run-drill-objects = Exercice : fichiers comparés
run-drill-restore = Exercice : tout restauré
run-drill-boot = Exercice : une seconde instance en service
run-drill-rebuild = Exercice : à partir de rien
run-drill-failover = Exercice : la machine principale de la base passe la main
run-failed = Échoué
run-late = En retard
run-never = Jamais fait
run-runs = En cours
run-left = Interrompu
run-held = Réussi
alert-continuity-late = Un point de restauration, un exercice ou la destruction d’anciennes copies des clés est en retard ou a échoué
alert-guardian-appointed = Quelqu’un a été désigné pour décider à la place d’une personne
thing-early-destruction = Points de restauration détruits avant leur terme
place-destructions = Détruits avant leur terme
destructions-lead = Les points de restauration partent quand leur temps est écoulé. Avant cela, ils ne partent que si deux personnes le veulent, et seulement après un délai pendant lequel quiconque peut le proposer peut l’arrêter. L’effacement d’une personne n’a besoin de rien de cela.
destructions-empty = Rien n’est détruit avant son terme.
destructions-elsewhere = C’est le personnel d’une autre organisation de cette installation qui en décide.
destruction-new = Proposer la destruction
destruction-new-lead = Quelqu’un d’autre doit y consentir. Ceux qui veillent l’apprennent maintenant.
destruction-propose = Proposer
destruction-points = Lesquels
destruction-points-hint = Noms entiers, tels que strongroom backup list --json les montre. Vide pour tous ceux faits jusqu’ici.
destruction-all = Tous ceux faits jusqu’ici
destruction-points-many =
    { $n ->
        [one] Un point de restauration
       *[other] { $n } points de restauration
    }
column-agreed = Pour
column-due = Au plus tôt
destruction-agree = Consentir
destruction-cancel = Arrêter
destruction-state-proposed = Attend quelqu’un d’autre
destruction-state-waits = Attend son heure
destruction-state-begun = En cours
destruction-state-done = Fait
destruction-state-cancelled = Arrêté
destruction-state-lapsed = Personne n’a consenti
destruction-reason-key-leaked = La clé est en de mauvaises mains
destruction-reason-must-not-be-kept = Ils contiennent ce qui ne doit pas être gardé
destruction-reason-order = Un tribunal ou une autorité l’exige
destruction-reason-moved = L’installation est abandonnée ou déménage
destruction-reason-other = Autre
notice-destruction-proposed = Proposé. Quelqu’un d’autre doit y consentir.
notice-destruction-agreed = Vous y avez consenti.
notice-destruction-cancelled = C’est arrêté.
mistake-destruction = Choisissez une raison et écrivez des noms entiers de 64 caractères.
alert-destruction-proposed = Quelqu’un propose de détruire des points de restauration avant leur terme
alert-destruction-agreed = Deux personnes veulent détruire des points de restauration avant leur terme
alert-destruction-cancelled = La destruction anticipée de points de restauration a été arrêtée
alert-destruction-done = Des points de restauration ont été détruits avant leur terme
alert-keep-shortened = Les points de restauration doivent être gardés moins longtemps qu’avant
replication = Copies de la base de données
replication-none = Aucune autre machine ne reçoit ce qui est écrit
replication-broken = Copies de la base de données, défaut
standby = La copie { $name }
standby-sync = { $state }, chaque modification l’attend ; en retard de { $n } octets
standby-async = { $state }, aucune modification ne l’attend ; en retard de { $n } octets
slot = La place { $name } dans le journal de la base
slot-keeps = { $n } Mio sont gardés pour elle
replication-nobody-synchronous = Les modifications doivent attendre une copie, et il n’y en a pas : rien n’est confirmé
replication-not-streaming = Une copie ne reçoit pas ce qui est écrit
replication-slot-retains = Personne ne lit à une place du journal, et ce qui est gardé pour elle grandit
replication-slot-lost = Ce dont une place du journal a besoin a disparu
replication-hidden = La base ne nous laisse pas voir qui reçoit
column-request = Demande
rights-was-answered = répondue le { $date }
rights-was-in-time = répondue le { $date }, à temps
rights-was-late = répondue le { $date }, en retard
rights-nothing-due = close ; plus rien n’est attendu
hold-lift-what = Il s’agit de : { $what }. Le gel vaut depuis le { $date }.
mistake-hold-on = Choisissez ce qui doit être gelé.
mistake-hold-person = Il n’y a personne sous cet identifiant. Donnez l’identifiant entier, 36 caractères.
mistake-hold-collection = Le registre n’a pas de collection de ce nom.
mistake-hold-empty = Laissez le champ vide si tout doit être gelé, ou choisissez une personne ou une collection.
mistake-hold-reason = Donnez une raison, sans numéro de carte de paiement.
mistake-hold-until = Donnez un jour à venir, par exemple 2027-01-31, ou laissez le champ vide.
