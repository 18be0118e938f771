-- How the lines stand, for those who wait (A6).
local mostBefore = 1000

-- Gives: for each class { head, next, served, before }
local function linesTold()
  local lines = {}
  for at, class in ipairs(classes) do
    local following = s.next[class] + 1
    local first = count(line[class]) > 0 and redis.call('ZRANGE', line[class], 0, 0, 'WITHSCORES')[2]
    local tickets = count(before[class]) > 0 and redis.call('ZRANGE', before[class], 0, mostBefore - 1, 'WITHSCORES') or {}
    local told = {}
    for i = 2, #tickets, 2 do told[#told + 1] = tickets[i] end
    lines[at] = { tostring(first or following), tostring(following), tostring(s.served[class]), told }
  end
  return lines
end

-- Gives: { class, ticket, … }
local function leftSince(seen)
  local gone = {}
  for _, ticket in ipairs(redis.call('ZRANGEBYSCORE', left, '(' .. seen, '+inf')) do
    local class, number = string.match(ticket, '^(%a+):(%d+)')
    gone[#gone + 1], gone[#gone + 2] = class, number
  end
  return gone
end

-- Gives: for each class the ms that it pauses, or nothing where none does
local function pausedMs()
  local paused = {}
  if now < math.max(s.pausedUntil.vip, s.pausedUntil.member, s.pausedUntil.guest) then
    for at, class in ipairs(classes) do paused[at] = math.max(0, math.ceil(s.pausedUntil[class] - now)) end
  end
  return paused
end
