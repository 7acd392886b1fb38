-- Remembers that a form has served a tip.
-- KEYS: the form's key.
-- ARGV: the tip's mark, '' for none; when to forget, in seconds of Unix time; how many at most.
if ARGV[1] ~= '' and redis.call('SCARD', KEYS[1]) < tonumber(ARGV[3]) then
  redis.call('SADD', KEYS[1], ARGV[1])
end
redis.call('EXPIREAT', KEYS[1], ARGV[2])
-- Redis notes when each key was last used, to the second (OBJECT IDLETIME): for a
-- week that would tell when the tip was sent. It is set back to midnight. A Redis
-- that forbids this still remembers the form.
local copy = redis.pcall('DUMP', KEYS[1])
if type(copy) == 'string' then
  local since = redis.call('TIME')[1] % 86400
  redis.pcall('RESTORE', KEYS[1], ARGV[2] .. '000', copy, 'REPLACE', 'ABSTTL', 'IDLETIME', since)
end
return 0
