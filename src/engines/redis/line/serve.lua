-- Who is served next: stride scheduling over the three lines (A2).
local weightAt = { vip = 10, member = 11, guest = 12 }

local function headOf(class)
  local from = count(before[class]) > 0 and before[class] or line[class]
  return count(from) > 0 and redis.call('ZRANGE', from, 0, 0)[1] or nil
end

local function nextClass(head)
  local pass, best = s.pass, nil
  for _, class in ipairs(classes) do
    if isPaused(class) then
      pass[class] = math.max(pass[class], s.virtual)
    elseif head[class] and (not best or pass[class] < pass[best]) then
      best = class
    end
  end
  return best
end

local function weightOf(class, since)
  local grown = math.min(1, math.max(0, (now - since) / setting(13) - 1))
  return setting(weightAt[class]) * (1 + 2 * grown)
end

-- An answer that is to be tried again is the node's that writes it, which needs no room for it; others go to their own node
-- where it has room, or to the one that asks.
local function whoCan(entry, node)
  if entry.number > 0 and not entry.isFree and isThere(entry.node) then return entry.node end
  return roomAt(entry.node) > 0 and entry.node or roomAt(node) > 0 and node
end

-- Hands out all starts that are free, in a round of that node (A2, A5).
local function serve(node)
  local head = {}
  for _, class in ipairs(classes) do head[class] = headOf(class) end
  while mayStart() do
    local class = nextClass(head)
    if not class then return end
    local entry = read(head[class])
    if entry then
      local by = whoCan(entry, node)
      if not by then return end
      s.virtual = s.pass[class]
      s.pass[class] = s.pass[class] + 1 / weightOf(class, entry.since)
      takeOut(entry)
      grant(entry, by)
    else
      -- What is known of it is lost; the others go on.
      take(line[class], head[class])
      take(before[class], head[class])
    end
    head[class] = headOf(class)
  end
end
