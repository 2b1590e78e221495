using Steno.Configuration;
using Steno.Terminal;

namespace Steno.Commands;

/// <summary>How an agent connects: lines to copy, with the doors that are open now.</summary>
internal static class ConnectionSample
{
    public static void Print(StenoSettings settings, Screen screen)
    {
        screen.Line($"An agent speaks like this (Python, pyzmq):");
        screen.Line($"  import json, time, zmq");
        screen.Line($"  pub = zmq.Context.instance().socket(zmq.PUB)");
        screen.Line($"  pub.sndhwm = 0                      # never drop in the sender");
        screen.Line($"  pub.connect(\"{SettingsReader.Reachable(settings.Publishers).ToString()}\")");
        screen.Line($"  time.sleep(0.5)                     # a PUB drops what it says before it knows its subscribers");
        screen.Line($"  pub.send_multipart([b\"everyone\", json.dumps({{\"sender_id\": \"my_agent\",");
        screen.Line($"                     \"content\": {{\"message\": \"Hello.\"}}}}).encode()])");
    }
}
