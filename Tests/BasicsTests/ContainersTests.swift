// The owned containers against the standard library's, over seeds: a map by open addressing against
// a dictionary, a ring against an array, a slab's places.
import Basics
import Testing

@Suite struct ContainersTests {
  @Test("The map finds what a dictionary finds, through growth, removal and colliding tags")
  func indexMap() {
    for seed in UInt64(1)...30 {
      var random = SeededRandom(Seed(seed).stream("map"))
      var map = IndexMap()
      var keys: [UInt64] = []
      var free: [Int] = []
      var model: [UInt64: Int] = [:]
      for step in 0..<3000 {
        let key = UInt64(random.index(below: 400)) &* (seed % 2 == 0 ? 1 : 0x1_0000_0000)
        let found = map.find(key) { keys[$0] == key }
        #expect(found == model[key], "seed \(seed), step \(step)")
        if let slot = found {
          map.remove(key, slot: slot)
          model[key] = nil
          free.append(slot)
        } else {
          let slot = free.popLast() ?? keys.count
          if slot == keys.count { keys.append(key) } else { keys[slot] = key }
          map.insert(key, slot: slot)
          model[key] = slot
        }
        #expect(map.count == model.count)
      }
      for key in UInt64(0)..<400 {
        let key = key &* (seed % 2 == 0 ? 1 : 0x1_0000_0000)
        #expect(map.find(key) { keys[$0] == key } == model[key])
      }
    }
  }

  @Test("The ring is a queue with two ends, through every wrap")
  func ring() {
    for seed in UInt64(1)...30 {
      var random = SeededRandom(Seed(seed).stream("ring"))
      var ring = Ring<Int>()
      var model: [Int] = []
      for step in 0..<2000 {
        switch random.index(below: 5) {
        case 0, 1:
          ring.append(step)
          model.append(step)
        case 2:
          ring.prepend(step)
          model.insert(step, at: 0)
        default:
          if model.isEmpty { continue }
          #expect(ring.removeFirst() == model.removeFirst(), "seed \(seed), step \(step)")
        }
        #expect(ring.count == model.count)
        if !model.isEmpty {
          let place = random.index(below: model.count)
          #expect(ring[place] == model[place] && ring.first == model[0])
        }
      }
    }
  }

  @Test("A slab's places stay; a freed one is used again first")
  func slab() {
    var slab = Slab<Int>()
    let places = (0..<5).map { slab.insert($0 * 11) }
    #expect(places == [0, 1, 2, 3, 4])
    slab.remove(1)
    slab.remove(3)
    #expect(slab.live == 3 && slab.nextFree == 3)
    #expect(slab.insert(7) == 3 && slab.insert(8) == 1 && slab.insert(9) == 5)
    #expect(slab[3] == 7 && slab[1] == 8 && slab[4] == 44 && slab.places == 6)
  }

  @Test("A table grows, shrinks and keeps its elements")
  func table() {
    var table = Table<Int>()
    for value in 0..<1000 { table.append(value) }
    table.swapAt(0, 999)
    #expect(table[0] == 999 && table.removeLast() == 0 && table.count == 999)
    table.removeAll()
    #expect(table.isEmpty && table.bytes >= 8000)
  }
}
