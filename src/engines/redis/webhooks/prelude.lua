-- Stands before every step of what is on its way to one endpoint. All keys share one hash tag.
-- KEYS: 1 deliveries by when they are due (of a claimed one: when its lease ends), 2 the same by when they were put, 3 delivery →
--       "how often it was claimed|body", 4 deliveries by when they were put, also of those that are settled
local due, age, bodies, seen = unpack(KEYS)

local function nowMs()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

local function remove(id)
  redis.call('ZREM', due, id)
  redis.call('ZREM', age, id)
  redis.call('HDEL', bodies, id)
end

-- How often it was claimed, and its body; nothing where it is not on its way.
local function read(id)
  return string.match(redis.call('HGET', bodies, id) or '', '^(%d+)|(.*)$')
end

-- W4: it is still the claim of that number.
local function holds(id, attempt)
  return read(id) == attempt
end
