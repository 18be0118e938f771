-- What was granted, or waits, and is taken from there.
local function forget(conversation)
  entryOf[conversation] = false
  redis.call('HDEL', entries, conversation)
end

local function granted(conversation, number)
  local entry = read(conversation)
  return entry and entry.place == 'granted' and entry.number == tonumber(number) and entry or nil
end

-- All letters to a node lie between these two.
local function lettersOf(node) return { '[' .. node .. '|', '(' .. node .. '}' } end

-- Calls `what` with each entry that has a letter there; a letter that tells of nothing is thrown away.
local function eachListed(key, node, what)
  for _, letter in ipairs(redis.call('ZRANGEBYLEX', key, unpack(lettersOf(node)))) do
    local conversation, number = string.match(letter, '^(.*)|(%d+)$', #node + 2)
    local entry = conversation and granted(conversation, number)
    if entry then what(entry) else redis.call('ZREM', key, letter) end
  end
end

-- It is not being answered any more.
local function release(entry)
  local letter = letterOf(entry.node, entry.conversation, entry.number)
  take(starting, slotOf(entry.conversation, entry.number))
  redis.call('ZREM', grants, letter)
  redis.call('ZREM', owned, letter)
end

local function putBefore(entry)
  activate(entry.class)
  entry.place = 'before'
  put(before[entry.class], entry.ticket, entry.conversation)
  write(entry)
end

local function putBack(entry, notBefore)
  release(entry)
  if notBefore <= now then return putBefore(entry) end
  entry.place, entry.notBefore = 'later', notBefore
  put(later, notBefore, entry.conversation)
  write(entry)
end

-- Those behind it move up.
local mostLeft = 20000
local function noteLeft(entry)
  if entry.place ~= 'line' then return end
  s.leftSeq = s.leftSeq + 1
  redis.call('ZADD', left, s.leftSeq, entry.class .. ':' .. entry.ticket)
  redis.call('ZREMRANGEBYRANK', left, 0, -mostLeft - 1)
end

local function takeOut(entry)
  take(entry.place == 'line' and line[entry.class] or entry.place == 'before' and before[entry.class] or later, entry.conversation)
end
