using System.CommandLine;

namespace Steno.Commands;

/// <summary><c>steno session …</c>: the sessions of a log directory, and how they continue each other.</summary>
internal static class SessionCommand
{
    public static Command Create(VerbContext context) => YesOption.AcceptedByAll(new Verb(
        "session", "List, show and begin sessions: when they began, why, and which continues which",
        "steno session list", "steno session show", "steno session new --name refactoring", "steno session show 01a209ac --json")
    {
        SessionListCommand.Create(context),
        SessionShowCommand.Create(context),
        SessionNewCommand.Create(context),
    });
}
