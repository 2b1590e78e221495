using Steno.Terminal;
using Steno.Zmtp;

namespace Steno.Commands;

/// <summary>How an agent connects: lines to copy as they stand, with the door that is open now.</summary>
internal static class ConnectionSample
{
    /// <summary>Only where, and what shows how; the same parameters.</summary>
    public static void PrintDoor(ZmtpEndpoint? publishers, Screen screen, CommandHints hints)
    {
        if (publishers is not null) screen.Prose($"Agents speak at {publishers.ToString()}, the broker's door for publishers; {hints.In("`steno start --demo`")} shows how.", margin: 0);
    }

    /// <param name="publishers">The publishers' door of the broker; null if the broker is not ours and its
    /// doors are unknown.</param>
    public static void Print(ZmtpEndpoint? publishers, Screen screen)
    {
        screen.Line($"An agent speaks like this (Python, pyzmq):");
        screen.Line();
        screen.Line($"import json, time, zmq");
        screen.Line($"agent = zmq.Context.instance().socket(zmq.PUB)");
        screen.Line($"agent.set_hwm(0)                  # never drop in the sender");
        if (publishers is null) screen.Line($"agent.connect(\"tcp://HOST:PORT\")  # your broker's door for publishers");
        else screen.Line($"agent.connect(\"{publishers.ToString()}\")");
        screen.Line($"time.sleep(0.5)                   # who speaks sooner is not yet heard");
        screen.Line($"agent.send_multipart([b\"everyone\", json.dumps({{\"sender_id\": \"my_agent\",");
        screen.Line($"                     \"content\": {{\"message\": \"Hello.\"}}}}).encode()])");
        screen.Line($"agent.close(); zmq.Context.instance().term()  # waits until all has left");
    }
}
