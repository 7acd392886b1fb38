-- Remembers that a form has served a tip.
-- KEYS: the form's key. ARGV: the tip's mark; when to forget, in seconds of Unix time.
redis.call('SADD', KEYS[1], ARGV[1])
redis.call('EXPIREAT', KEYS[1], ARGV[2])
return 0
