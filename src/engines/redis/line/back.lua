-- What was granted, or waits, and is taken from there.
local function forget(conversation)
  entryOf[conversation] = false
  redis.call('HDEL', entries, conversation)
end

local function granted(conversation, number)
  local entry = read(conversation)
  return entry and entry.place == 'granted' and entry.number == tonumber(number) and entry or nil
end

local function listed(key, node) return redis.call('ZRANGEBYLEX', key, '[' .. node .. '|', '(' .. node .. '}') end

-- It is not being answered any more.
local function release(entry)
  local letter = entry.node .. '|' .. entry.conversation
  take(starting, entry.conversation)
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

local function takeOut(entry)
  take(entry.place == 'line' and line[entry.class] or entry.place == 'before' and before[entry.class] or later, entry.conversation)
end
