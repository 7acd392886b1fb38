-- Spends one submission of all limits, or of none (gcra.go says how).
-- KEYS: the limits' keys, 'sender' first; then, where there is one, the
--       sender's earlier key, which is only read.
-- ARGV: now, or '' for this server's own clock; then interval and window of
--       each limit. All in microseconds.
-- Returns the number of the limit that refuses the longest and its wait, or 0, 0.
local limits = (#ARGV - 1) / 2
local now = tonumber(ARGV[1])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000000 + time[2]
end
-- The TAT of a key; now where it runs further ahead than it ever can.
local function tat(key, window)
  local at = tonumber(redis.call('GET', key) or 0)
  if at and at <= now + window then return at end
  return now
end

local next, refused, wait = {}, 0, 0
for i = 1, limits do
  local interval, window = tonumber(ARGV[2 * i]), tonumber(ARGV[2 * i + 1])
  local at = tat(KEYS[i], window)
  if i == 1 and KEYS[limits + 1] then at = math.max(at, tat(KEYS[limits + 1], window)) end
  next[i] = math.max(now, at) + interval
  if next[i] - now - window > wait then
    refused, wait = i, next[i] - now - window
  end
end
if refused > 0 then return {refused, wait} end
for i = 1, limits do
  redis.call('SET', KEYS[i], string.format('%.0f', next[i]), 'PX', math.ceil((next[i] - now) / 1000))
end
return {0, 0}
