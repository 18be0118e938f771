-- A class that was away saves nothing up.
local function activate(class)
  if standingOf(class) == 0 then s.pass[class] = math.max(s.pass[class], s.virtual) end
end

-- It stands in line at a later ticket than that.
local function isBehind(entry, class, ticket)
  return entry.place == 'line' and entry.class == class and entry.ticket > ticket
end

-- At its own ticket, in the line that follows on the one in which it had that.
local function putAmong(entry)
  local class = entry.class
  activate(class)
  s.next[class] = math.max(s.next[class], entry.ticket)
  entry.place = 'line'
  put(line[class], entry.ticket, entry.conversation)
  write(entry)
end

-- Gives the place at the end of the line (A2).
local function append(entry)
  local class = entry.class
  activate(class)
  s.next[class] = s.next[class] + 1
  entry.place, entry.ticket, entry.number, entry.since, entry.isFree = 'line', s.next[class], 0, now, false
  put(line[class], entry.ticket, entry.conversation)
  write(entry)
end
