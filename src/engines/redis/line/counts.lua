-- How many are where. Each is counted once in a step; what the step itself moves is reckoned.
local counted = {}

local function count(key)
  counted[key] = counted[key] or redis.call('ZCARD', key)
  return counted[key]
end

local function put(key, score, conversation)
  local added = redis.call('ZADD', key, score, conversation)
  if counted[key] then counted[key] = counted[key] + added end
end

local function take(key, ...)
  local removed = redis.call('ZREM', key, ...)
  if counted[key] then counted[key] = counted[key] - removed end
end

local function standingOf(class) return count(line[class]) + count(before[class]) end

-- Those who stand in line and could be served.
local function standing() return standingOf('vip') + standingOf('member') + standingOf('guest') end

local function waiting() return standing() + count(later) + s.held end
