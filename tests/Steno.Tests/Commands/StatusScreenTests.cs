using Steno.Commands;
using Steno.Recorder;
using Steno.Terminal;

namespace Steno.Tests.Commands;

public sealed class StatusScreenTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Fact]
    public void The_first_line_says_whether_it_records()
    {
        Assert.StartsWith("✓ Recording. All is well. The last message reached it 2 s ago.\n",
            Print(Healthy()), StringComparison.Ordinal);
        Assert.StartsWith("✗ NOT recording. The disk is full.\n",
            Print(Healthy() with { Recording = false, Proof = null, Reason = "The disk is full." }),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Watermarks_backlog_sources_agents_and_gaps_are_there()
    {
        string screen = Print(Healthy() with
        {
            QueueBytes = 3 << 20,
            LagMs = 1500,
            Stalls = 2,
            Gaps = [new GapStatus { Publisher = "gemini", From = 4, To = 7 }],
        });

        Assert.Contains("durable    up to line 1,234 (written 1,240)", screen, StringComparison.Ordinal);
        Assert.Contains("3 MiB waiting, the oldest for 2 s", screen, StringComparison.Ordinal);
        Assert.Contains("broker   ✗ tcp://127.0.0.1:5556 (XSUB): nothing heard yet", screen, StringComparison.Ordinal);
        Assert.Contains("wrong door", screen, StringComparison.Ordinal);
        Assert.Contains("claude\\x1b[2J: 3 messages, last 10 s ago", screen, StringComparison.Ordinal);
        Assert.Contains("gemini: 4 to 7 did not arrive", screen, StringComparison.Ordinal);
        Assert.Contains("2 stalls", screen, StringComparison.Ordinal);
    }

    [Fact]
    public void Numbers_that_the_verdict_names_are_not_listed_once_more()
    {
        RecorderStatus status = Healthy() with
        {
            VerdictReason = "Numbers 4 to 7, 1,009 of gemini did not arrive.",
            Gaps =
            [
                new GapStatus { Publisher = "gemini", From = 4, To = 7 }, new GapStatus { Publisher = "gemini", From = 1009, To = 1009 },
                new GapStatus { Publisher = "claude", From = 4, To = 7 },
            ],
        };
        string screen = Print(status);
        Assert.DoesNotContain("gemini: ", screen, StringComparison.Ordinal);
        Assert.Contains("claude: 4 to 7 did not arrive", screen, StringComparison.Ordinal);
    }

    [Fact]
    public void A_broker_that_was_lost_is_shown_with_its_return_and_the_latest_holes_are_those_shown()
    {
        CoverageStatus Period(int from, int? to) => new()
        {
            Endpoint = "tcp://127.0.0.1:5555",
            From = Now.AddSeconds(-from),
            To = to is null ? null : Now.AddSeconds(-to.Value),
            Reason = to is null ? null : $"Lost at {to}.",
        };
        string screen = Print(Healthy() with { Coverage = [Period(10, null), Period(60, 20), Period(80, 70), Period(98, 90), Period(110, 100)] });
        Assert.Contains("tcp://127.0.0.1:5555 was lost 20 s ago, and came back 10 s ago: Lost at 20.", screen, StringComparison.Ordinal);
        Assert.Contains("was lost 90 s ago, and came back 80 s ago", screen, StringComparison.Ordinal);
        Assert.DoesNotContain("was lost 100 s ago", screen, StringComparison.Ordinal);
        Assert.Contains("was lost 20 s ago: Lost", Print(Healthy() with { Coverage = [Period(60, 20)] }), StringComparison.Ordinal);
    }

    [Fact]
    public void Numbers_agree_with_their_words_and_nothing_sounds_well_when_it_is_not()
    {
        Assert.Contains("received   1 message, ", Print(Healthy() with { Received = 1 }), StringComparison.Ordinal);
        Assert.Contains("; all recorded\n", Print(Healthy()), StringComparison.Ordinal);

        string deaf = Print(Healthy() with { Recording = false, Reason = "Not listening." });
        Assert.DoesNotContain("all recorded", deaf, StringComparison.Ordinal);
        Assert.Contains("; none waits to be recorded\n", deaf, StringComparison.Ordinal);
    }

    [Fact]
    public void Warnings_that_do_not_fit_are_counted()
    {
        SourceStatus source = Healthy().Sources[0];
        Assert.DoesNotContain("more, in", Print(Healthy() with { Sources = [source with { Warnings = Warnings(3) }] }), StringComparison.Ordinal);
        Assert.Contains("and 1 warning more, in `status --json`", Print(Healthy() with { Sources = [source with { Warnings = Warnings(4) }] }), StringComparison.Ordinal);

        static SourceWarning[] Warnings(int count) =>
        [
            .. Enumerable.Range(1, count).Select(n => new SourceWarning { Code = $"C{n}", Text = $"Text {n}.", Remedy = "", Count = n, Last = Now }),
        ];
    }

    [Fact]
    public void A_warning_of_a_peer_fades_an_hour_after_it_came_last_and_is_counted_from_then_on()
    {
        SourceStatus source = Healthy().Sources[0];
        SourceWarning Warning(string code, TimeSpan age) => new() { Code = code, Text = $"{code} came.", Remedy = "", Count = 2, Last = Now - age };
        SourceWarning recent = Warning("Recent", TimeSpan.FromMinutes(59));
        string screen = Print(Healthy() with { Sources = [source with { Warnings = [recent, Warning("Old", TimeSpan.FromHours(3)), Warning("Older", TimeSpan.FromHours(5))] }] });
        Assert.Contains("Recent came. (2 times, last 59 min ago)", screen, StringComparison.Ordinal);
        Assert.DoesNotContain("Old came", screen, StringComparison.Ordinal);
        Assert.Contains("2 older warnings, the last 3 h ago, in `status --json`", screen, StringComparison.Ordinal);
        Assert.DoesNotContain("older", Print(Healthy() with { Sources = [source with { Warnings = [recent] }] }), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(80)]
    [InlineData(200)]
    public void No_line_is_wider_than_the_terminal_whatever_agents_call_themselves(int columns)
    {
        string screen = Print(
            Healthy() with
            {
                Recording = false,
                Reason = string.Concat(Enumerable.Repeat("This goes on for a while. ", 20)),
                Gaps = [new GapStatus { Publisher = new string('g', 500), From = 1, To = 2 }],
                Coverage =
                [
                    new CoverageStatus
                    {
                        Endpoint = "tcp://127.0.0.1:1", From = Now, To = Now,
                        Reason = string.Concat(Enumerable.Repeat("The other side is gone. ", 9)),
                    },
                ],
                Agents =
                [
                    new AgentStatus { Name = new string('n', 1000), Messages = 1, LastSeen = Now },
                    new AgentStatus { Name = string.Concat(Enumerable.Repeat("\u202eמזל\u001b[2J", 50)), Messages = 1, LastSeen = Now },
                    new AgentStatus { Name = string.Concat(Enumerable.Repeat("日本🎉", 50)), Messages = 1, LastSeen = Now },
                ],
            },
            columns);

        Assert.All(screen.Split('\n'), line => Assert.True(SafeText.ColumnsOf(line) <= columns, line));
        Assert.DoesNotContain('\u001b', screen);
        Assert.DoesNotContain('\u202e', screen);
        Assert.Contains("nnn…: 1 message,", screen, StringComparison.Ordinal);
    }

    [Fact]
    public void Verdict_damage_and_repairs_are_there()
    {
        DamageStatus damage = new() { Kind = "altered", FirstSeq = 5, LastSeq = 5, Offset = 40, Length = 9, Found = Now, Text = "Line 5: not as written." };
        string screen = Print(Healthy() with
        {
            Verdict = "incomplete",
            VerdictReason = "Line 5 lost, or not as written.",
            Damage = [.. Enumerable.Repeat(damage, 10)],
            Recovered = ["The journal ended in 19 torn bytes."],
            Unheard = new UnheardStatus { From = Now.AddSeconds(-50), To = Now.AddSeconds(-20), Reason = "It was killed." },
        });

        Assert.Contains("complete?  incomplete: Line 5 lost, or not as written.", screen, StringComparison.Ordinal);
        Assert.Contains("             Line 5: not as written.", screen, StringComparison.Ordinal);
        Assert.Contains("and 2 more", screen, StringComparison.Ordinal);
        Assert.Contains("not heard  for 30 s, until 20 s ago: It was killed.", screen, StringComparison.Ordinal);
        Assert.Contains("recovered  The journal ended in 19 torn bytes.", screen, StringComparison.Ordinal);
    }

    private static RecorderStatus Healthy() => new()
    {
        Recording = true,
        Proof = RecordingProof.Traffic,
        ProofAgeMs = 2000,
        Reason = "All is well.",
        Session = new SessionStatus { Id = "s-1", Started = Now.AddHours(-3) },
        Received = 1300,
        WrittenSeq = 1240,
        DurableSeq = 1234,
        Sources =
        [
            new SourceStatus
            {
                Kind = "broker", Endpoint = "tcp://127.0.0.1:5556", Listening = false, PeerSocketType = "XSUB",
                Problem = "wrong door",
            },
        ],
        Agents = [new AgentStatus { Name = "claude\u001b[2J", Messages = 3, LastSeen = Now.AddSeconds(-10) }],
        StartedAt = Now.AddDays(-3),
        Version = "1.0",
    };

    private static string Print(RecorderStatus status, int? columns = null)
    {
        var written = new StringWriter { NewLine = "\n" };
        StatusScreen.Print(status, new Screen(written, hasColours: false, columns), Now);
        return written.ToString();
    }
}
