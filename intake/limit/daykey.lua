-- Agrees on the key of the day among all servers: the first proposal stands.
-- Being a write in any case, it also tells whether this Redis takes writes.
-- KEYS: the day's key, a key to write to.
-- ARGV: the proposal, '' for none; when it ends, in seconds of Unix time.
redis.call('SET', KEYS[2], '', 'PX', 1000)
local key = redis.call('GET', KEYS[1])
if not key and ARGV[1] ~= '' then
  key = ARGV[1]
  redis.call('SET', KEYS[1], key)
  redis.call('EXPIREAT', KEYS[1], ARGV[2])
end
return key
