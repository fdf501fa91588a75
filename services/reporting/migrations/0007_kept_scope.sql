-- What is kept for a repeated call begins with what its caller could touch, up to a zero byte: ids
-- of partners, parted by commas, or * for the whole mission. Of the answers so far that is not
-- known; they are for callers who can touch the whole mission.
update reporting.idempotency_keys set response = '\x2a00'::bytea || response where response is not null;
