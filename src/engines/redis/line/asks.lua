-- What was asked in a conversation and has not been answered yet, by the ids of its messages, in the order in which they came; '*' for
-- what has no name here. The first `early` of them had come when the latest start was granted.
local mostAsks = 20

local function knows(entry, name)
  -- What has no name may be another one each time.
  for at = name == '*' and entry.early + 1 or 1, #entry.asks do
    if entry.asks[at] == name then return true end
  end
  return false
end

-- Gives: those of `names`, joined by commas, that are not known yet.
local function newAsks(entry, names)
  local new, left = {}, mostAsks - #entry.asks
  for name in string.gmatch(names, '[^,]+') do
    if not knows(entry, name) then
      if #new >= left then
        if not knows(entry, '*') then new[#new + 1] = '*' end
        return new
      end
      new[#new + 1] = name
    end
  end
  return new
end

local function addAsks(entry, new)
  for _, name in ipairs(new) do entry.asks[#entry.asks + 1] = name end
end

-- An answer is over that has answered those, or nothing was found to answer (nil). Gives: whether something is left.
local function settleAsks(entry, answered)
  local isAnswered, left = {}, {}
  for _, name in ipairs(answered or {}) do isAnswered[name] = true end
  for at, name in ipairs(entry.asks) do
    local isOver = isAnswered[name] or at <= entry.early and (not answered or name == '*')
    if not isOver then left[#left + 1] = name end
  end
  entry.asks, entry.early = left, 0
  return #left > 0
end

local function askNoMore(entry)
  if entry.asksMore then s.held = math.max(0, s.held - 1) end
  entry.asksMore = false
end
