-- Remembers that a form has served a tip.
-- KEYS: the form's key.
-- ARGV: the tip's mark; when to forget, in seconds of Unix time; how many at most.
if redis.call('SCARD', KEYS[1]) < tonumber(ARGV[3]) then
  redis.call('SADD', KEYS[1], ARGV[1])
end
redis.call('EXPIREAT', KEYS[1], ARGV[2])
return 0
