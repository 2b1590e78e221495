using CsCheck;
using Steno.Core.Numbering;

namespace Steno.Tests.Numbering;

/// <summary>
/// Publishers that lose, double and mix up what they say, and a recorder that is killed at any moment: after
/// each step what the journal tells, and what the ledger knows, is what a plain model says. CsCheck prints
/// the seed of a failure.
/// </summary>
[Trait("Kind", "Sweep")]
public sealed class LedgerProperties
{
    private static readonly Guid[] Runs = [.. Enumerable.Range(1, 3).Select(i => new Guid(i, 0, 0, new byte[8]))];

    /// <summary>Of 100: how often what is done.</summary>
    private enum Step
    {
        Say,
        SayAgain,
        Skip,
        SayLate,
        Heartbeat,
        End,
        PassSome,
        PassGrace,
        Save,
        Kill,
    }

    private static readonly Gen<(Step Step, int Run, int Number)> Any =
        from step in Gen.OneOf(
            Gen.Const(Step.Say), Gen.Const(Step.Say), Gen.Const(Step.Say), Gen.Const(Step.SayAgain), Gen.Const(Step.Skip),
            Gen.Const(Step.Skip), Gen.Const(Step.SayLate), Gen.Const(Step.SayLate), Gen.Const(Step.Heartbeat), Gen.Const(Step.End),
            Gen.Const(Step.PassSome), Gen.Const(Step.PassGrace), Gen.Const(Step.Save), Gen.Const(Step.Kill))
        from run in Gen.Int[0, Runs.Length - 1]
        from number in Gen.Int[0, 1000]
        select (step, run, number);

    [Fact]
    public void Whatever_happens_no_gap_is_invented_and_none_forgotten() => Any.Array[1, 120].Sample(
        steps =>
        {
            LedgerUnderTest test = new();
            long[] given = new long[Runs.Length];
            SavedNumbering? saved = null;
            foreach ((Step step, int run, int number) in steps)
            {
                switch (step)
                {
                    case Step.Say:
                        test.Say($"a{run}", Runs[run], ++given[run]);
                        break;
                    case Step.SayAgain when given[run] > 0:
                    case Step.SayLate when given[run] > 0:
                        test.Say($"a{run}", Runs[run], 1 + number % given[run]);
                        break;
                    case Step.Skip:
                        given[run] += 1 + number % 3;
                        break;
                    case Step.Heartbeat:
                        test.Say($"a{run}", Runs[run], 0, last: given[run]);
                        break;
                    case Step.End:
                        test.Say($"a{run}", Runs[run], 0, last: given[run], isEnd: true);
                        break;
                    case Step.PassSome:
                        test.Pass(PublisherLedger.Grace / (2 + number % 3));
                        break;
                    case Step.PassGrace:
                        test.PassGrace();
                        break;
                    case Step.Save when saved is null || number % 2 == 0:
                        saved = test.Ledger.Save(0);
                        break;
                    case Step.Kill:
                        // What was saved rests on durable lines; of those behind it, any number are lost.
                        int durable = (int)(saved?.Seq ?? 0);
                        test.Restart(saved, durable + number % (test.Journal.Count - durable + 1));
                        break;
                }

                Check(test);
            }

            // All is said again from the journal alone, without what was saved.
            Assert.Equal(Words(test.Ledger), Words(test.Replayed(null)));
            test.PassGrace();
            Check(test, isTold: true);
        },
        iter: 3000);

    /// <summary>The same property with a recorder that forgets what it had told is red.</summary>
    [Fact]
    public void The_property_finds_a_restart_that_forgets_the_last_line() => Assert.Throws<Xunit.Sdk.EqualException>(() =>
    {
        LedgerUnderTest test = new();
        test.Say("a0", Runs[0], 1);
        test.Say("a0", Runs[0], 3);
        SavedNumbering saved = test.Ledger.Save(0)!;
        test.Restart(saved with { Seq = saved.Seq + 1 }, lines: 2);
        test.Say("a0", Runs[0], 4); // the third line, which what was saved claims to hold
        test.Restart(saved with { Seq = saved.Seq + 1 }, lines: 3);
        Check(test);
    });

    private static void Check(LedgerUnderTest test, bool isTold = false)
    {
        Dictionary<Guid, Model> models = Model.Of(test.Journal);
        NumberingFacts facts = test.Ledger.Facts();
        Assert.Equal(models.Keys.Order(), facts.Publishers.Select(p => p.Run).Order());
        foreach (PublisherFacts run in facts.Publishers)
        {
            Model model = models[run.Run];
            Assert.Equal(model.Last, run.Last);
            Assert.Equal(model.Absent.Count, run.Missing + run.Awaited);
            Assert.Equal(model.ToldMissing.Intersect(model.Absent).Order(), Expand(run.MissingRanges));
            Assert.Equal(model.Doubles, run.Doubles);
            Assert.Superset(model.ToldLate, model.Heard);
            Assert.Superset(model.ToldDoubled, model.Heard);
            if (!isTold) continue;
            Assert.Equal(0, run.Awaited);
            Assert.Equal(model.Absent, model.ToldMissing.Except(model.ToldLate).ToHashSet());
        }
    }

    private static IEnumerable<long> Expand(IEnumerable<NumberRange> ranges) =>
        ranges.SelectMany(r => Enumerable.Range(0, (int)r.Count).Select(i => r.From + i));

    private static string Words(PublisherLedger ledger) => string.Join('\n', ledger.Save(0)!.Publishers.OrderBy(p => p.Run));

    /// <summary>What the lines of a journal say, counted in the plainest way.</summary>
    private sealed class Model
    {
        public HashSet<long> Heard { get; } = [];

        public HashSet<long> ToldMissing { get; } = [];

        public HashSet<long> ToldLate { get; } = [];

        public HashSet<long> ToldDoubled { get; } = [];

        public long Last { get; private set; }

        public long Doubles { get; private set; }

        public HashSet<long> Absent => [.. Enumerable.Range(1, (int)Last).Select(n => (long)n).Except(Heard)];

        public static Dictionary<Guid, Model> Of(List<byte[]> journal)
        {
            Dictionary<Guid, Model> models = [];
            foreach (byte[] bytes in journal)
            {
                Assert.True(NumberedLine.TryRead(bytes, out NumberedLine line));
                Guid run = line.Told?.Run ?? line.Number.Run;
                if (!models.TryGetValue(run, out Model? model)) models.Add(run, model = new Model());
                if (line.Told is { } told) model.Tell(told.Kind, told.Numbers);
                else model.Take(line.Number.Seq, line.Number.Last, line.Traits.HasFlag(MessageTraits.Repeat));
            }

            return models;
        }

        private void Take(long seq, long last, bool isRepeat)
        {
            if (seq > 0 && !Heard.Add(seq) && !isRepeat) Doubles++;
            Last = Math.Max(Last, Math.Max(seq, last));
        }

        private void Tell(string kind, string numbers)
        {
            Assert.True(NumberRanges.TryParse(numbers, out NumberRanges ranges));
            IEnumerable<long> all = Expand(ranges);
            (kind == NumberNotice.Missing ? ToldMissing : kind == NumberNotice.Late ? ToldLate : ToldDoubled).UnionWith(all);
        }
    }
}
