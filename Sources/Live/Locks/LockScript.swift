// The lock's commands as Redis runs them: each is one script, with nothing in between, and all take
// the same keys and arguments. A lock's value is `token:owner`; what makes it the caller's own is
// the token. GET and DEL stay two commands, as in the guide; DEL is a script only to tell whose
// lock it deleted, and to let the next in the queue have it.

enum LockScript: Int, CaseIterable {
  case acquire, enqueue, delete, compareAndDelete, renew, abandon

  // KEYS: the lock, the counter of tokens, the queue.
  // ARGV: time to live, how long to keep other keys (both ms), the least token given so far as the
  // caller knows, the caller, its token, the channels' prefix, the session.
  private static let common = """
    local function token(value) return value and tonumber(string.match(value, '^%d+')) end
    local function owner(value) return value and string.match(value, ':(.*)$') end
    local function take(who)
      if tonumber(redis.call('GET', KEYS[2]) or '0') < tonumber(ARGV[3]) then
        redis.call('SET', KEYS[2], ARGV[3])
      end
      local t = redis.call('INCR', KEYS[2])
      redis.call('PEXPIRE', KEYS[2], ARGV[2])
      redis.call('SET', KEYS[1], t .. ':' .. who, 'NX', 'PX', ARGV[1])
      return t
    end
    local function passOn()
      while redis.call('EXISTS', KEYS[1]) == 0 do
        local who = redis.call('LPOP', KEYS[3])
        if not who then return end
        local t = take(who)
        local heard = redis.call('PUBLISH', ARGV[6] .. string.match(who, '^%d+'),
          who .. ' ' .. t .. ' ' .. ARGV[7])
        if heard == 0 then redis.call('DEL', KEYS[1]) end
      end
    end
    local held = redis.call('GET', KEYS[1])
    local mine = held and token(held) == tonumber(ARGV[5])

    """

  private var own: String {
    switch self {
    // The token, or 0.
    case .acquire:
      """
      if held then return 0 end
      return take(ARGV[4])
      """
    // The token or 0, and for how long the lock may still be held. Asked again, it changes nothing,
    // but grants what was granted unheard.
    case .enqueue:
      """
      if held and owner(held) == ARGV[4] then return {token(held), 0} end
      local stands = false
      for _, who in ipairs(redis.call('LRANGE', KEYS[3], 0, -1)) do
        if who == ARGV[4] then stands = true end
      end
      if not held and redis.call('LLEN', KEYS[3]) == 0 then return {take(ARGV[4]), 0} end
      if not stands then redis.call('RPUSH', KEYS[3], ARGV[4]) end
      redis.call('PEXPIRE', KEYS[3], ARGV[2])
      passOn()
      return {0, redis.call('PTTL', KEYS[1])}
      """
    // 0: nobody held it, 1: the caller did, 2: somebody else.
    case .delete:
      """
      redis.call('DEL', KEYS[1])
      passOn()
      if not held then return 0 end
      return mine and 1 or 2
      """
    case .compareAndDelete:
      """
      if not mine then return 0 end
      redis.call('DEL', KEYS[1])
      passOn()
      return 1
      """
    case .renew:
      """
      if not mine then return 0 end
      return redis.call('PEXPIRE', KEYS[1], ARGV[1])
      """
    // The token, if the grant came first; else 0.
    case .abandon:
      """
      redis.call('LREM', KEYS[3], 1, ARGV[4])
      if held and owner(held) == ARGV[4] then return token(held) end
      return 0
      """
    }
  }

  var text: String { LockScript.common + own }
}
