// The handful of shapes that charts are made of, as text. Coordinates are shortened here and names
// escaped here, so that no chart can forget to.

enum SVG {
  static func line(_ style: String, _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double)
    -> String
  {
    "<line class=\"\(style)\" x1=\"\(short(x1))\" y1=\"\(short(y1))\" "
      + "x2=\"\(short(x2))\" y2=\"\(short(y2))\"/>\n"
  }

  static func rect(
    _ style: String, x: Double, y: Double, width: Double, height: Double
  ) -> String {
    "<rect class=\"\(style)\" x=\"\(short(x))\" y=\"\(short(y))\" "
      + "width=\"\(short(width))\" height=\"\(short(height))\"/>\n"
  }

  static func dot(_ x: Double, _ y: Double, radius: Double) -> String {
    "<circle class=\"dot\" cx=\"\(short(x))\" cy=\"\(short(y))\" r=\"\(short(radius))\"/>\n"
  }

  /// Around a dot that is to be noticed.
  static func ring(_ x: Double, _ y: Double, radius: Double) -> String {
    "<circle class=\"ring\" cx=\"\(short(x))\" cy=\"\(short(y))\" r=\"\(short(radius))\"/>\n"
  }

  static func path(_ style: String, _ data: String) -> String {
    "<path class=\"\(style)\" d=\"\(data)\"/>\n"
  }

  static func text(_ style: String, _ x: Double, _ y: Double, _ words: String) -> String {
    "<text class=\"\(style)\" x=\"\(short(x))\" y=\"\(short(y))\">\(Markup.text(words))</text>\n"
  }

  /// What belongs to a contender: its colour, and what its switch hides.
  /// - hue: the number of the colour, where it is not the place.
  static func group(of place: Int, hue: Int? = nil, _ content: String) -> String {
    let number = hue ?? place
    let style = number < Contender.colours ? "c\(number)" : "cx"
    return "<g class=\"\(style)\" data-c=\"\(place)\">\(content)</g>\n"
  }

  /// A drawing of its own within the axes: zooming stretches it and leaves the text outside alone.
  static func plot(_ frame: Frame, _ content: String) -> String {
    let numbers = [frame.left, frame.top - 2, frame.innerWidth, frame.innerHeight + 4].map(short)
    return "<svg class=\"plot\" x=\"\(numbers[0])\" y=\"\(numbers[1])\" width=\"\(numbers[2])\" "
      + "height=\"\(numbers[3])\" viewBox=\"\(numbers.joined(separator: " "))\" "
      + "preserveAspectRatio=\"none\">\n\(content)</svg>\n"
  }
}
