# Ce qu’on demande à une personne de partager, en texte entier : c’est ce texte même qu’elle accepte, et son empreinte figure sur le reçu.

ask-oauth-title = { $app } demande un accès
ask-oauth-text = { $app } vous a envoyé ici. Elle veut utiliser ce qui est conservé sur vous.
ask-contact = Questions à ce sujet : { $contact }
ask-who = Qui demande : { $who }
ask-what = De quoi il s’agit :
ask-why = Dans quel but :
ask-long = Pour combien de temps : { $days } jours au plus, puis cela prend fin tout seul.
ask-back = Vous pouvez le retirer à tout moment, aussitôt et sans donner de raison.
ask-optional = (vous pouvez vous en passer)
ask-everything = tout ce qui est conservé sur vous
ask-read = regarder : { $what }
ask-change = ajouter ou modifier : { $what }
ask-read-change = regarder, ajouter ou modifier : { $what }
ask-fields = seulement { $fields }

for-TREAT = pour vous soigner
for-ETREAT = pour vous soigner en urgence
for-PATRQT = parce que vous l’avez demandé
for-HRESCH = pour la recherche en santé
for-HPAYMT = pour le paiement
for-HOPERAT = pour faire fonctionner le service
for-PUBHLTH = pour les déclarations de santé publique
for-HLEGAL = pour une obligation légale ou une réclamation
for-SYSDEV = pour garder le système lui-même en ordre

somebody-of-staff = un membre du personnel
