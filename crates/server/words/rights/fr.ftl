# Demandes au titre des droits d’une personne : sortes, état et brouillons de ce que la personne apprend. Un fichier par langue, écrit dans cette langue.

right-access = Savoir ce qui est conservé
right-portability = Mes données à emporter
right-rectification = Une rectification
right-erasure = Effacement
right-restriction = Limitation de ce qui est fait
right-objection = Opposition à un but
right-know = Savoir ce qui est conservé
right-delete = Effacement
right-correct = Une rectification
right-opt-out = Ni vente ni partage
right-limit = Usage limité des données sensibles
right-question = Une question sur un accès
right-report = Le signalement d’un accès
right-state-received = reçue
right-state-confirmed = confirmée
right-state-in-progress = en cours
right-state-extended = demande plus de temps
right-state-answered = répondue
right-state-refused = refusée
right-state-withdrawn = retirée
draft-confirm =
    Bonjour,

    votre demande nous est parvenue le { $received } : { $kind }. Nous répondons au plus tard le { $last }.
draft-confirm-open =
    Bonjour,

    votre demande nous est parvenue le { $received } : { $kind }. Nous l’examinons et vous répondons ici.
draft-extend =
    Bonjour,

    votre demande du { $received } ({ $kind }) nous prend plus de temps que prévu, parce que …

    Nous répondons au plus tard le { $longer }. Vous pouvez saisir l’autorité de contrôle ou un tribunal.
draft-answer =
    Bonjour,

    voici notre réponse à votre demande du { $received } : { $kind }.
draft-refuse =
    Bonjour,

    nous ne pouvons pas faire ce que vous avez demandé le { $received } ({ $kind }), parce que …

    Vous pouvez saisir l’autorité de contrôle ou un tribunal.
draft-done-access = Ce qui est conservé sur vous se trouve sous « Mes données », et qui l’a regardé sous « Qui a regardé ». Vous pouvez tout emporter en une seule archive.
draft-done-know = Ce qui est conservé sur vous se trouve sous « Mes données », et qui l’a regardé sous « Qui a regardé ». Vous pouvez tout emporter en une seule archive.
draft-done-portability = Tout peut être emporté en une seule archive, sous « Emporter ».
draft-done-rectification = Ce que vous avez indiqué est rectifié. Ce qui y figurait avant reste dans l’historique.
draft-done-correct = Ce que vous avez indiqué est rectifié. Ce qui y figurait avant reste dans l’historique.
draft-done-restriction = Désormais personne d’autre que vous ne lit ni ne modifie ce que vous avez indiqué, sauf en urgence. Nous vous prévenons avant que cela cesse.
draft-done-objection = Désormais rien n’est fait avec vos données dans le but que vous avez indiqué, et personne ne vous le demande.
draft-done-opt-out = Désormais rien n’est fait avec vos données dans le but que vous avez indiqué, et personne ne vous le demande.
