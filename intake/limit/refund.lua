-- Gives one submission back to each limit.
-- KEYS: the limits' keys. ARGV: now as for take.lua; then interval of each limit.
local now = tonumber(ARGV[1])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000000 + time[2]
end
for i, key in ipairs(KEYS) do
  local at = tonumber(redis.call('GET', key) or 0) - tonumber(ARGV[i + 1])
  if at > now then
    redis.call('SET', key, string.format('%.0f', at), 'PX', math.ceil((at - now) / 1000))
  else
    redis.call('DEL', key)
  end
end
return 0
