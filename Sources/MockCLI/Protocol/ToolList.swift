// The tools that `tools.list` names and that a request to a provider carries: names as the real CLI
// 1.0.57 has them, descriptions of the right size in words of our own.
internal import Basics

enum ToolList {
  static let names = [
    "bash", "write_bash", "read_bash", "stop_bash", "list_bash", "view", "create", "edit",
    "web_fetch",
    "report_intent", "fetch_copilot_cli_documentation", "sql", "skill", "read_agent", "list_agents",
    "grep", "glob",
  ]

  static func append(to output: inout ByteBuffer) {
    output.append("{\"tools\":[")
    for (place, name) in names.enumerated() {
      if place > 0 { output.append(",") }
      output.append("{\"name\":\"")
      output.append(name)
      output.append("\",\"description\":\"")
      output.append(Padding.toolDescription)
      output.append("\",\"parameters\":{\"type\":\"object\",\"properties\":{},\"required\":[]}}")
    }
    output.append("]}")
  }
}
