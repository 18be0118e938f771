-- What is known of one conversation: where it waits, or what it was granted. Packed in the order of `write`.
local entryOf = {}

local function read(conversation)
  if entryOf[conversation] ~= nil then return entryOf[conversation] or nil end
  local packed = redis.call('HGET', entries, conversation)
  if not packed then return nil end
  local isRead, class, ticket, place, number, node, asksMore, since, notBefore, isFree, asks, early =
    pcall(cmsgpack.unpack, packed)
  -- Of another kind than this one can read: as good as lost. It must not fail the step for all others.
  local isWhole = isRead and line[class] and type(ticket) == 'number' and type(place) == 'string' and type(number) == 'number'
    and type(node) == 'string' and type(since) == 'number' and type(notBefore) == 'number' and type(isFree) == 'boolean'
  if not isWhole then return nil end
  local entry = { conversation = conversation, class = class, ticket = ticket, place = place, number = number, node = node,
    asksMore = asksMore, since = since, notBefore = notBefore, isFree = isFree, asks = asks, early = early }
  -- Of a version that kept no names.
  if type(asks) ~= 'table' or type(early) ~= 'number' then entry.asks, entry.early = asksMore and { '*' } or {}, 0 end
  entryOf[conversation] = entry
  return entry
end

local function write(entry)
  entryOf[entry.conversation] = entry
  redis.call('HSET', entries, entry.conversation, cmsgpack.pack(entry.class, entry.ticket, entry.place, entry.number, entry.node,
    entry.asksMore, entry.since, entry.notBefore, entry.isFree, entry.asks, entry.early))
end

local function newEntry(conversation, class, node)
  return { conversation = conversation, class = class, ticket = 0, place = 'granted', number = 0, node = node, asksMore = false,
    since = now, notBefore = 0, isFree = false, asks = {}, early = 0 }
end
