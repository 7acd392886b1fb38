-- Tells which servers share this Redis, and them of this one.
-- KEYS: the set of all: until when each counts, in seconds of Unix time, how it
--       calls itself, and what it announces.
-- ARGV: how this server calls itself, '' to look only; what it announces, '' to take
--       leave; for how many seconds that counts; how many others at most.
-- Returns the others.
local now, life = tonumber(redis.call('TIME')[1]), tonumber(ARGV[3])
local others, last = {}, now + life
local members = redis.pcall('SMEMBERS', KEYS[1])
if members.err then -- nobody's set: it would keep all servers from meeting
  redis.call('DEL', KEYS[1])
  members = {}
end
for _, member in ipairs(members) do
  local till, name = string.match(member, '^(%d+) (%w+) ')
  till = tonumber(till or 0)
  if till > now and till <= last and name ~= ARGV[1] and #others < tonumber(ARGV[4]) then
    others[#others + 1] = member
  end
end
if ARGV[1] ~= '' then
  redis.call('DEL', KEYS[1])
  for _, member in ipairs(others) do redis.call('SADD', KEYS[1], member) end
  if ARGV[2] ~= '' then
    redis.call('SADD', KEYS[1], string.format('%.0f %s %s', last, ARGV[1], ARGV[2]))
  end
  redis.call('EXPIREAT', KEYS[1], last)
end
return others
