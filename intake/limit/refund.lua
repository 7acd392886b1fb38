-- Gives one submission back to each limit.
-- KEYS: the limits' keys.
-- ARGV: now, then interval and window of each limit, as for take.lua.
local now = tonumber(ARGV[1])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000000 + time[2]
end
for i, key in ipairs(KEYS) do
  local interval, window = tonumber(ARGV[2 * i]), tonumber(ARGV[2 * i + 1])
  local at = tonumber(redis.call('GET', key) or 0)
  if at and at <= now + window and at - interval > now then
    at = at - interval
    redis.call('SET', key, string.format('%.0f', at), 'PX', math.ceil((at - now) / 1000))
  else
    redis.call('DEL', key)
  end
end
return 0
