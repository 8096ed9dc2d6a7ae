-- A guardian takes two: one of the staff proposes, another appoints (docs/concepts/guardians.md).
CREATE TABLE consent_proposal (
    tenant      TEXT NOT NULL,
    person      BLOB NOT NULL,
    proposal    BLOB NOT NULL,
    -- Who is to be guardian, what they may do, and what stands behind it: sealed.
    offer       BLOB NOT NULL,
    proposed_by TEXT NOT NULL,
    proposed_at INTEGER NOT NULL,
    -- After this it lapses.
    until       INTEGER NOT NULL,
    PRIMARY KEY (tenant, person, proposal)
) STRICT, WITHOUT ROWID;
CREATE INDEX consent_proposal_until ON consent_proposal (until);

-- Who proposed it; NULL for those appointed before it took two.
ALTER TABLE consent_guardian ADD COLUMN proposed_by TEXT;
