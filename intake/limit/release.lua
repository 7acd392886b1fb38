-- Lets go of a claim, unless it ended and another has it by now.
-- KEYS: the claim. ARGV: what whoever made it wrote there.
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
return 0
