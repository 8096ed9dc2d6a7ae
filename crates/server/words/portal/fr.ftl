# Le portail : les pages d’une personne. Un fichier par langue, écrit dans celle-ci.

portal-home = Aperçu
portal-data = Mes données
portal-files = Mes fichiers
portal-looks = Qui a regardé
portal-sharing = Partage
portal-security = Sécurité
home-title = Vos données
home-lead = Ce qui est conservé sur vous est à vous. Ici vous le voyez, et vous voyez qui d’autre l’a vu.
home-stands-in = Vous agissez ici pour quelqu’un d’autre. Vous voyez ce que cette personne vous laisse voir.
home-waits = En attente de votre réponse
home-asks = { $who } vous demande de partager quelque chose
home-asks-more = Rien ne se passe avant votre réponse. Non est une aussi bonne réponse que oui.
read-and-answer = Lire et répondre
home-data = { $n ->
    [one] Un enregistrement est conservé sur vous.
   *[other] { $n } enregistrements sont conservés sur vous.
 }
home-looks = Chaque regard sur vos données, tiré d’un journal que personne ne peut modifier.
home-sharing = Ce que vous laissez faire, et à qui. Retirez-le quand vous voulez.
home-security = Mot de passe, second facteur, où vous êtes connecté.
data-lead = Tout ce qui est conservé sur vous, par genre.
data-none = Rien n’est encore conservé sur vous. Ce qu’une application, un appareil ou un cabinet enregistre apparaîtra ici.
records = { $n ->
    [one] Un enregistrement
   *[other] { $n } enregistrements
 }
window = Du { $from } au { $to }
kind-none = Rien de cette période.
kind-more = Il y a plus de cette période que ce qui tient sur une page.
column-when = Quand
column-what = Quoi
pages = Pages
older = Plus anciens
newer = Plus récents
record-history = Ce qui y figurait avant
version = Version { $n }, { $when }
files-none = Aucun fichier n’est conservé sur vous.
files-lead = Un fichier s’enregistre sur votre appareil ; rien de ce qu’il contient n’est exécuté ici. Les petites images sont redessinées, sans lieu ni appareil ; chacune est un regard qui figure dans la liste de qui a regardé.
file-unnamed = Un fichier sans nom
yes = oui
no = non
days = { $n ->
    [one] un jour
   *[other] { $n } jours
 }
looks-lead = Chaque ligne figure dans un journal qu’on ne peut modifier sans que cela se voie. Vos propres regards y sont aussi.
looks-show = Afficher
looks-show-all = Tout
looks-show-others = Pas moi
looks-show-opened = Ce que d’autres ont vu
looks-show-refused = Ce qui a été refusé
looks-none = Rien de ce genre jusqu’ici.
looks-none-here = Rien de ce genre parmi les entrées les plus récentes. Il y en a de plus anciennes.
looks-history = Garder tout l’historique
looks-history-text = Un fichier avec chaque entrée qui vous concerne, chacune avec sa preuve. Ouvrez-le dans un navigateur, même sans réseau, et il se vérifie lui-même. À la fin figure le nombre d’entrées ; s’il manque, le fichier n’est pas complet.
looks-history-take = Enregistrer l’historique
looks-history-keys = Établi le { $date }. Les clés du journal, à comparer avec ce que d’autres ont gardé :
looks-history-end = { $n ->
    [one] Une entrée. Le fichier finit ici, et il est complet.
   *[other] { $n } entrées. Le fichier finit ici, et il est complet.
}
looks-count = { $n ->
    [one] une chose
   *[other] { $n } choses
 }
looks-by-grant = grâce à quelque chose que vous partagez
looks-denied = Cela a été refusé.
looks-failed = Cela a échoué.
looks-proof = Preuve
looks-proven = Prouvé dans votre navigateur
looks-wrong = La preuve ne tient pas
looks-cannot = Emportez la preuve pour la vérifier
looks-how = Comment le vérifier vous-même
looks-how-text = Votre navigateur vérifie chaque ligne : qu’elle figure dans le journal dont la tête est signée avec la clé du journal. La preuve est un petit fichier que chacun peut vérifier sans nous, avec tout outil qui lit les preuves C2SP.
who-you = Vous
who-somebody = Quelqu’un
who-service = Un programme de { $service }
who-staff = Un membre du personnel ({ $role })
who-proxy = Quelqu’un qui agit pour vous
who-system = Strongroom lui-même
what-data = vos données
did-record-read = { $who } : regard sur un enregistrement, { $what }
did-record-write = { $who } : écriture d’un enregistrement, { $what }
did-record-delete = { $who } : suppression d’un enregistrement, { $what }
did-record-list = { $who } : regard sur une liste, { $what }
did-record-history = { $who } : regard sur des versions antérieures, { $what }
did-search = { $who } : recherche, { $what }
did-file-read = { $who } : ouverture d’un fichier
did-file-write = { $who } : enregistrement d’un fichier
did-file-delete = { $who } : suppression d’un fichier
did-file-list = { $who } : regard sur la liste de vos fichiers
did-person-create = { $who } : début de conservation de données sur vous
did-person-read = { $who } : regard sur ce qui est conservé sur vous, compté
did-person-list = { $who } : liste de personnes, vous parmi elles
did-person-erase = { $who } : suppression de tout ce qui vous concerne
did-export = { $who } : vos données emportées
did-export-send = { $who } a envoyé vos données médicales à un autre établissement
did-export-stop = { $who } a annulé l’envoi de vos données médicales
did-import = { $who } : données sur vous apportées
did-consent-ask = { $who } : demande de partager quelque chose
did-consent-answer = { $who } : réponse à une question de partage
did-consent-narrow = { $who } : partage réduit
did-consent-withdraw = { $who } : partage retiré
did-consent-end = Quelque chose que vous partagiez a expiré
did-consent-list = { $who } : regard sur ce que vous partagez
did-log-read = { $who } : regard sur cette liste
did-log-prove = { $who } : preuve retirée
did-other = { $who } : quelque chose fait avec { $what }
sharing-lead = Ce que vous laissez faire avec vos données, et à qui. Un geste le retire, aussitôt.
sharing-now = Partagé maintenant
sharing-none = Vous ne partagez rien avec personne.
sharing-over = Plus partagé
sharing-apps = Applications où vous êtes connecté
share-until = Jusqu’au { $date }, puis cela prend fin tout seul
share-withdrawn = Retiré le { $date }
share-expired = Expiré le { $date }
share-replaced = Remplacé par une réponse plus récente le { $date }
share-ended = Terminé le { $date }
share-end = Retirer
share-less = Partager moins
share-keep = Ne garder que ce qui est coché
share-happened = Ce qui s’est passé
share-proxy = Peut agir pour vous, dans ces limites.
event-given = Vous avez dit oui
event-narrowed = Vous l’avez réduit
event-withdrawn = Vous l’avez retiré
event-expired = Cela a expiré
event-replaced = Une réponse plus récente a pris sa place
event-ended = Cela a pris fin
notice-grant-ended = C’est retiré. Plus rien ne s’ouvre par là.
notice-grant-narrowed = C’est plus petit maintenant.
notice-answer-granted = Vous avez dit oui. Vous pouvez le retirer à tout moment.
notice-answer-refused = Vous avez dit non. Rien n’a été partagé.
notice-answer-deferred = Plus tard, donc. La question vous attend ici.
notice-answer-again = Elle a changé entre-temps. Veuillez la relire.
question-over = Cette question a déjà sa réponse, ou a attendu trop longtemps.
question-examples = Ce qu’ils verraient
question-examples-text = Par exemple, un de vos enregistrements leur apparaîtrait ainsi.
question-answer = Votre réponse
question-parts = Ce que vous partageriez
question-essential = (nécessaire)
question-long = Pour combien de temps
question-no = Non
question-yes = Oui, partager cela
question-later = Décider plus tard
role-owner = propriétaire
role-administrator = administration
role-security = sécurité
role-operator = exploitation
role-compliance = conformité
role-support = assistance
role-clinician = soignant
role-developer = développement
role-app = application
role-person = personne
role-system = système
kind-cycle-day = Journal du cycle
kind-cycle-settings = Réglages du journal
kind-wearable-measure = Mesures
kind-wearable-sleep = Sommeil
kind-wearable-activity = Activité
kind-wearable-device = Appareils
kind-Patient = À votre sujet
kind-Observation = Constats et mesures
kind-Condition = Affections
kind-Encounter = Consultations
kind-Procedure = Actes
kind-MedicationRequest = Ordonnances
kind-Immunization = Vaccinations
kind-DiagnosticReport = Comptes rendus
kind-AllergyIntolerance = Allergies
kind-CarePlan = Plans de soins
kind-CareTeam = Équipes de soins
kind-Claim = Demandes de remboursement
kind-ExplanationOfBenefit = Factures
kind-DocumentReference = Documents
field-date = Date
field-measures = Mesures
field-weight = Poids
field-systolic = Tension maximale
field-diastolic = Tension minimale
field-heart-rate = Pouls
field-fat-ratio = Masse grasse
field-oxygen-saturation = Saturation en oxygène
field-steps = Pas
field-deepMinutes = Sommeil profond
field-lightMinutes = Sommeil léger
field-remMinutes = Sommeil paradoxal
field-awakeMinutes = Éveil
field-latencyMinutes = Temps d’endormissement
field-efficiency = Efficacité
field-heartRateAverage = Pouls moyen
field-heartRateMin = Pouls le plus bas
field-heartRateMax = Pouls le plus haut
field-score = Score
field-flow = Saignement
field-pain = Douleur
field-symptoms = Symptômes
field-mood = Humeur
field-basalTemperature = Température au réveil
field-cycleDay = Jour du cycle
field-sleepHours = Heures de sommeil
field-notes = Notes
field-measuredAt = Mesuré
field-category = Genre
field-timezone = Fuseau horaire
field-start = De
field-end = À
field-code = Quoi
field-status = État
field-value = Valeur
portal-take = Emporter
home-take = Enregistrements et fichiers dans une archive, pour vous ou pour quelqu’un d’autre.
take-lead = Une archive : vos enregistrements en JSON et en tableaux, dossiers médicaux en FHIR, vos fichiers tels que vous les avez remis, et qui a regardé. Elle reste ici sept jours. Ce que vous partagez, avec les reçus, et votre compte s’y trouvent aussi.
take-of = Archive du { $date }
take-waiting = Elle est en préparation ; avec beaucoup de données, cela prend quelques minutes.
take-ready = Prête
take-failed = Elle n’a pas pu être faite. Demandez-la de nouveau.
take-until = reste jusqu’au { $date }
take-protected = s’ouvre avec votre phrase secrète
take-fetch = Enregistrer
take-delete = Supprimer
take-again = Regarder de nouveau
take-new = Une nouvelle archive
take-passphrase = Phrase secrète, si vous voulez
take-passphrase-hint = Douze caractères ou plus. L’archive est alors scellée (age) ; sans la phrase secrète, personne ne l’ouvre, nous non plus.
take-ask = Faire une archive
take-short = La phrase secrète a douze caractères au moins.
take-many = Il y a déjà trois archives, ou cinq ont été faites aujourd’hui. Supprimez-en une ou revenez demain.
notice-take-asked = L’archive est en préparation.
notice-take-deleted = L’archive est supprimée.
move-new = À un autre établissement
move-lead = Vos données médicales, envoyées directement à un autre établissement qui parle FHIR. Le journal, les mesures des appareils et les fichiers ne sont pas envoyés : ils sont dans l’archive.
move-whom = À qui ?
move-hint = Ce qui est envoyé y est conservé selon leurs règles. On ne peut pas le reprendre ; demandez-leur de l’effacer.
move-ask = Envoyer
move-stop = Annuler
move-waiting = En route
move-sent = Envoyé
move-failed = Cela n’est pas allé au bout. Une partie peut y être ; recommencez.
move-stopped = Annulé. Une partie peut y être.
move-choose = Choisissez l’un des établissements.
move-many = Trois envois sont déjà en route, ou cinq ont été demandés aujourd’hui. Attendez, annulez-en un, ou revenez demain.
move-count = { $n ->
    [one] une donnée y est
   *[other] { $n } données y sont
 }
move-left = { $n ->
    [one] une n’a pas été acceptée
   *[other] { $n } n’ont pas été acceptées
 }
notice-move-asked = Vos données sont en cours d’envoi.
notice-move-stopped = Plus rien n’est envoyé.
portal-delete = Supprimer
home-delete = Tout ce qui vous concerne, pour toujours.
delete-lead = Vous pouvez faire supprimer ici tout ce qui est conservé sur vous. On ne peut pas le récupérer, nous non plus.
delete-due = Tout sera supprimé le { $date }. Jusque-là, vous pouvez changer d’avis.
delete-off = Tout garder finalement
delete-goes = Ce qui disparaît
delete-goes-too = Aussi vos fichiers, archives, votre compte, tout ce que vous partagez, l’index de recherche et les clés : sans elles, rien ne s’ouvre plus nulle part, dans aucune sauvegarde non plus.
delete-stays = Ce qui reste, et pourquoi
delete-stays-id = Un identifiant aléatoire qui ne mène à personne, pour qu’il ne soit jamais donné à quelqu’un d’autre.
delete-stays-tokens = Les clés terminées et ce que les applications pouvaient faire, sous cet identifiant, pour que cela puisse être vérifié.
delete-stays-log = Le journal : il vous connaît sous un nom aléatoire, et le lien de vous à ce nom est détruit.
delete-take-first = D’abord tout emporter
delete-later = { $n ->
    [one] Tout supprimer dans un jour
   *[other] Tout supprimer dans { $n } jours
 }
delete-now = Tout supprimer maintenant
delete-now-hint = On vous demande de prouver encore une fois qui vous êtes. Il n’y a pas de retour.
delete-code = Notez ce code. Avec lui, vous recevez une attestation quand tout a disparu ; il n’est plus montré ensuite.
delete-code-where = Où : la page /erased de ce service. Elle fonctionne sans compte.
notice-delete-off = Tout reste.
erased-title = Attestation de suppression
erased-lead = Qui a le code d’une suppression trouve ici l’attestation : une déclaration signée de ce qui a été détruit et d’où il ne reste rien.
erased-code = Code
erased-look = Regarder
erased-unknown = Il n’y a pas de suppression avec ce code.
erased-waiting = Elle attend jusqu’au { $date }.
erased-done = Tout est supprimé.
erased-soon = Les clés sont détruites et plus rien ne peut être ouvert. Le reste est en train d’être retiré ; dans un moment, le code donnera ici l’attestation.
erased-called_off = Elle a été annulée le { $date }. Tout est resté.
erased-certificate = L’attestation est signée avec la clé du journal et en porte la preuve. Chacun peut la vérifier sans nous : strongroom erase verify FICHIER.
erased-save = Enregistrer l’attestation
erased-show = Montrer l’attestation
did-person-erase_ask = { $who } : demande de supprimer tout ce qui vous concerne
did-person-erase_call_off = { $who } : suppression annulée
did-retention-destroy = { $who } : destruction de ce qui avait dépassé son délai : { $what }
did-hold-place = Un gel juridique a été posé : ce qui est conservé sur vous doit rester pour l’instant
did-hold-lift = Un gel juridique a été levé
delete-held = Actuellement, un gel juridique vaut : tout doit rester. Si vous demandez une suppression maintenant, elle attend que le gel soit levé.
part-record = Supprimer cette donnée
part-kind = Supprimer tout de ce genre
part-files = Supprimer tous les fichiers
part-file = Supprimer ce fichier
part-delete = Supprimer
part-lead = On ne peut pas le récupérer, nous non plus. Le reste de ce qui est conservé sur vous demeure.
part-versions = { $n ->
    [one] Une version antérieure
   *[other] { $n } versions antérieures
 }
part-files-count = { $n ->
    [one] Un fichier
   *[other] { $n } fichiers
 }
part-archives = { $n ->
    [one] Une archive à emporter, car elle en contient une copie
   *[other] { $n } archives à emporter, car elles en contiennent des copies
 }
part-law = { $n ->
    [one] Une donnée : une loi veut qu’elle soit conservée, jusqu’au { $date }
   *[other] { $n } données : une loi veut qu’elles soient conservées, la dernière jusqu’au { $date }
 }
part-stays-tombstones = Qu’il y avait quelque chose, comme un nombre sans contenu, pour qu’aucune version ne soit prise pour une autre.
part-stays-log = Le journal : il dit qu’il y avait quelque chose et qui a regardé, pas quoi.
part-stays-keys = Vos clés : elles protègent vos autres données. Ce qui disparaît est écrasé ici.
part-stays-backups = Les sauvegardes faites auparavant : cela y reste, scellé, jusqu’à leur suppression.
part-held = Actuellement, un gel juridique vaut : ceci doit rester. Si vous demandez une suppression maintenant, elle attend que le gel soit levé.
part-none = Il n’y a rien ici qui puisse être supprimé.
part-now = Supprimer maintenant
part-later = { $n ->
    [one] Supprimer dans un jour
   *[other] Supprimer dans { $n } jours
 }
part-due = Ce sera supprimé le { $date }. Jusque-là, vous pouvez changer d’avis.
part-off = Garder finalement
part-one-of = Une donnée : { $what }
part-one-file = Un fichier
erased-part-done = C’est supprimé.
erased-part-called_off = Cela a été annulé le { $date }. C’est resté.
delete-parts = En attente de suppression
delete-one = Une seule donnée, un genre ou un fichier se supprime là où il se trouve :
delete-law = Tout ne peut pas encore disparaître : une loi veut qu’une partie soit conservée, au plus tard jusqu’au { $date }. Ce qui n’y est pas lié peut être supprimé à part.
did-record-erase = { $who } a détruit pour de bon : { $what }
did-part-erase_ask = { $who } a demandé la suppression d’une partie : { $what }
file-preview = Une petite image
file-begins = Comment il commence
portal-rights = Mes droits
home-rights = Demandez des informations, une rectification, une limitation ; voyez pour quand on vous répond.
record-correct = Demander une rectification
looks-ask = Poser une question
looks-report = Signaler ceci
rights-lead = Ici, vous demandez ce à quoi vous avez droit. Vous voyez où cela en est, et pour quand la loi veut une réponse.
rights-mine = Ce que vous avez demandé
rights-none = Rien encore. Ce que vous demandez sera ici, avec les réponses.
rights-new = Demander quelque chose
rights-take = Pour tout emporter, vous n’avez à demander à personne
rights-delete = Pour tout faire effacer, vous n’avez à demander à personne
rights-answer-by = Réponse au plus tard le { $day }
rights-confirm-by = Confirmation au plus tard le { $day }
rights-late = Le dernier jour était le { $day }. C’est en retard.
rights-state = État
rights-received = Reçue
rights-day = Pour quand
rights-wish = Ce que vous avez demandé
rights-happened = Ce qui s’est passé
rights-text = Avec vos mots
rights-text-hint = Seul qui répond le lit. C’est conservé scellé sous votre propre clé.
rights-field = Ce qui n’est pas juste
rights-value = Ce que cela devrait dire
rights-what = Ce qui doit être limité
rights-everything = Tout ce qui me concerne
rights-purpose = À quel but vous opposez-vous
rights-send = Envoyer
rights-mistake = Il manque quelque chose, ou quelque chose ne convient pas. Dites en quelques mots de quoi il s’agit, et choisissez là où il y a un choix.
rights-card = Cela ressemble à un numéro de carte de paiement. On n’en conserve pas ici ; retirez-le.
rights-many = Beaucoup de vos demandes sont ouvertes. Attendez une réponse, ou retirez-en une.
rights-about-entry = Il s’agit de la ligne { $n } de la liste de qui a regardé.
rights-about-record = Il s’agit de : { $kind }, { $what }
rights-about-kind = Concerne : { $kind }
rights-should-be = { $field } devrait dire : { $value }
rights-version = Rectifié en version { $n }. Ce qui y figurait avant reste dans l’historique.
rights-back = La retirer
rights-back-text = Elle est alors close, et personne n’y répond plus.
rights-lift = La lever
rights-lift-text = Cela vaut depuis la réponse. Une fois levé, d’autres peuvent de nouveau lire et modifier vos données comme avant.
rights-event-received = Vous l’avez demandé
rights-event-confirmed = Votre demande a été confirmée
rights-event-begun = Quelqu’un s’en occupe
rights-event-extended = Cela demande plus de temps
rights-event-answered = Une réponse a été donnée
rights-event-refused = Elle a été refusée
rights-event-withdrawn = Vous l’avez retirée
rights-event-lifted = Cela a été levé
notice-rights-asked = Votre demande est arrivée. Vous voyez ici où elle en est.
notice-rights-back = C’est fait.
right-about-access = Ce qui est conservé sur vous, pourquoi, et qui le voit. Une bonne part se trouve déjà sur ces pages.
right-about-portability = Vos données dans une forme que d’autres programmes lisent.
right-about-rectification = Quelque chose de conservé n’est pas juste. Ce qui y figurait avant reste dans l’historique.
right-about-erasure = Quelque chose doit être effacé. Pour tout faire effacer, il y a une page à part.
right-about-restriction = Personne d’autre que vous ne le lit ni ne le modifie jusqu’à la levée, sauf en urgence.
right-about-objection = Rien n’est plus fait avec vos données dans un but, et personne ne vous le demande.
right-about-know = Ce qui est conservé sur vous, pourquoi, et qui le voit. Une bonne part se trouve déjà sur ces pages.
right-about-delete = Quelque chose doit être effacé. Pour tout faire effacer, il y a une page à part.
right-about-correct = Quelque chose de conservé n’est pas juste. Ce qui y figurait avant reste dans l’historique.
right-about-opt-out = Vos données ne sont plus vendues ni partagées dans un but.
right-about-limit = Les données sensibles ne servent qu’à ce pour quoi vous êtes venu.
right-about-question = Posez une question sur un accès, ou sur tout ce qui touche vos données.
right-about-report = Signalez un accès qui n’aurait pas dû avoir lieu. Il est examiné.
purpose-TREAT = Soins
purpose-HRESCH = Recherche en santé
purpose-HPAYMT = Paiement
purpose-HOPERAT = Fonctionnement du service
purpose-PUBHLTH = Déclarations de santé publique
did-rights-ask = { $who } a envoyé une demande au titre de vos droits
did-rights-step = { $who } a fait avancer une de vos demandes
did-rights-read = { $who } a regardé vos demandes
did-rights-lift = { $who } a levé ce qui résultait d’une de vos demandes
