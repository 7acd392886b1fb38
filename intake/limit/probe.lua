-- Tells whether this Redis runs scripts and takes writes. KEYS: a key to write to.
return redis.call('SET', KEYS[1], '', 'PX', 1000)
