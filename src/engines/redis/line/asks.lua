-- What was asked in a conversation and has not been answered yet, by the ids of its messages, in the order in which they came; '*' for
-- what has no name here, '+' for what a node that is no more had begun. The first `early` of them had come when the latest start was
-- granted.
local function hasAsk(list, name, from)
  for at = from, #list do
    if list[at] == name then return true end
  end
  return false
end

-- An answer is over that has answered those, or nothing was found to answer (0). Gives: whether something is left.
local function settleAsks(entry, answered)
  local left = {}
  for at, name in ipairs(entry.asks) do
    local isOver = answered ~= 0 and hasAsk(answered, name, 1) or at <= entry.early and (answered == 0 or name == '*' or name == '+')
    if not isOver then left[#left + 1] = name end
  end
  entry.asks, entry.early = left, 0
  return #left > 0
end

-- A node that is no more had begun an answer here: whoever is granted the next start looks for that first. Nobody can withdraw it,
-- for what was begun may be another question than those that are known here.
local function addBegun(entry)
  if hasAsk(entry.asks, '+', 1) then return end
  table.insert(entry.asks, 1, '+')
  if entry.number ~= 0 then entry.early = entry.early + 1 end
end

local function askNoMore(entry)
  if entry.asksMore then s.held = math.max(0, s.held - 1) end
  entry.asksMore = false
end
