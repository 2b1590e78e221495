using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Steno.Core.Journal;
using Steno.Core.Sessions;

namespace Steno.Tests.Sessions;

/// <summary>
/// Every kind of damage at every place of a small session, with its <c>session.json</c> and without. What
/// must hold is checked by an oracle of its own, which knows nothing of the scanner.
/// <para>
/// Controls, planted and taken out again, each red: damage before other lines cut as a torn tail wherever a
/// crash may have been ("does not stay in place"), whole lines in a torn tail written again without a look at
/// their hash ("is neither genuine nor new"), damage not compared with what is known ("the second opening
/// changes the journal").
/// </para>
/// </summary>
[Trait("Kind", "Sweep")]
public sealed class DamageAtStartTests : IDisposable
{
    private DamagedSession _session = new();

    public void Dispose() => _session.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Every_flipped_byte_is_named_and_never_made_to_look_genuine(bool withManifest)
    {
        byte[] whole = _session.Whole;
        foreach (int at in Places(withManifest).Where(at => at < whole.Length))
        {
            byte[] flipped = [.. whole];
            flipped[at] ^= (byte)(1 << (at * 5 % 8));
            int line = _session.LineOf(at);
            IReadOnlyList<KnownDamage> damage = Check($"byte {at} of line {line} flipped", flipped, withManifest,
                Concerned(line, whole[at], flipped), mustName: withManifest || line < DamagedSession.Count);
            if (line < DamagedSession.Count) AssertStaysInPlace($"byte {at} flipped", flipped);
            Assert.True(damage.Count > 0 || Quarantined().Length > 0, $"byte {at} flipped unseen");
        }
    }

    /// <summary>
    /// What a flipped bit makes of a J now and then, in each line: a newline within its hash.
    /// </summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_line_whose_hash_is_split_by_a_newline_is_named_and_kept(bool withManifest)
    {
        for (int line = 1; line < DamagedSession.Count; line++)
        {
            byte[] split = [.. _session.Whole];
            split[Start(line + 1) - 20] = (byte)'\n';
            IReadOnlyList<KnownDamage> damage = Check(
                $"line {line} split", split, withManifest, [line, line + 1, line + 2]);
            AssertStaysInPlace($"line {line} split", split);
            Assert.NotEmpty(damage);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Every_removed_line_is_named(bool withManifest)
    {
        for (int line = 1; line < DamagedSession.Count; line++)
        {
            byte[] removed = [.. _session.Whole[..Start(line)], .. _session.Whole[Start(line + 1)..]];
            IReadOnlyList<KnownDamage> damage = Check($"line {line} removed", removed, withManifest, [line, line + 1]);
            AssertStaysInPlace($"line {line} removed", removed);
            Assert.Contains(damage, d => d.Kind == "missing" && d.FirstSeq == line && d.LastSeq == line && d.Offset == Start(line));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Removed_leading_lines_are_named(bool withManifest)
    {
        for (int lines = 1; lines < DamagedSession.Count; lines++)
        {
            IReadOnlyList<KnownDamage> damage = Check(
                $"the first {lines} lines removed", _session.Whole[Start(lines + 1)..], withManifest,
                [.. Enumerable.Range(1, lines + 1)]);
            Assert.Contains(damage, d => d.Kind == "missing" && d.FirstSeq == 1 && d.LastSeq == lines && d.Offset == 0);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Every_doubled_line_is_named_and_nothing_is_called_lost(bool withManifest)
    {
        for (int line = 1; line <= DamagedSession.Count; line++)
        {
            byte[] doubled = [.. _session.Whole[..Start(line + 1)], .. _session.Whole[Start(line)..]];
            KnownDamage damage = Assert.Single(Check($"line {line} doubled", doubled, withManifest, [line]));
            AssertStaysInPlace($"line {line} doubled", doubled);
            Assert.Equal(("doubled", Start(line + 1)), (damage.Kind, (int)damage.Offset));
            Assert.False(damage.IsLoss);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Every_swapped_pair_is_named_and_nothing_is_called_lost(bool withManifest)
    {
        for (int line = 1; line < DamagedSession.Count; line++)
        {
            byte[] swapped =
            [
                .. _session.Whole[..Start(line)], .. _session.Line(line + 1), .. _session.Line(line), .. _session.Whole[Start(line + 2)..],
            ];
            KnownDamage damage = Assert.Single(
                Check($"lines {line} and {line + 1} swapped", swapped, withManifest, [line + 1]));
            AssertStaysInPlace($"lines {line} and {line + 1} swapped", swapped);
            Assert.Equal(("misplaced", Start(line)), (damage.Kind, (int)damage.Offset));
            Assert.False(damage.IsLoss);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_cut_at_every_byte_loses_no_line_before_it(bool withManifest)
    {
        foreach (int cut in Places(withManifest))
        {
            int whole = _session.Starts.Skip(1).Count(s => s - 1 <= cut); // a line that lacks only its newline is whole
            int[] lost = withManifest ? [.. Enumerable.Range(whole + 1, DamagedSession.Count - whole)] : [whole + 1];
            Check($"cut at byte {cut}", _session.Whole[..cut], withManifest, lost, mustName: withManifest);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [InlineData(true, true)]
    public void A_hole_of_zeros_at_every_place_loses_no_line_beside_it(bool withManifest, bool isKilled = false)
    {
        const int hole = 512;
        Use(isKilled);
        for (int at = 0; at + hole <= _session.Whole.Length; at += 13)
        {
            byte[] holed = [.. _session.Whole];
            Array.Clear(holed, at, hole);
            int first = _session.LineOf(at);
            int last = _session.LineOf(at + hole - 1);
            bool atEnd = last == DamagedSession.Count;
            Check($"hole at byte {at}", holed, withManifest,
                [.. Enumerable.Range(first, Math.Min(last + 1, DamagedSession.Count) - first + 1)], // the line behind may lose its proof
                mustName: !isKilled && (withManifest || !atEnd));
        }
    }

    [Fact]
    public void A_line_that_was_changed_behind_a_hole_is_not_written_again()
    {
        Use(isKilled: true);
        byte[] bytes = [.. _session.Whole];
        Array.Clear(bytes, Start(4) + 100, 200);
        int at = bytes.AsSpan(Start(6)).IndexOf("Number"u8) + Start(6);
        bytes[at] = (byte)'L';

        IReadOnlyList<KnownDamage> damage = Check("hole in 4, change in 6", bytes, withManifest: true, [4, 6]);

        Assert.Equal(["torn 4-4", "torn 6-6"], damage.Select(d => $"{d.Kind} {d.FirstSeq}-{d.LastSeq}"));
    }

    [Theory]
    [InlineData("\0\0\0\0", true)]
    [InlineData("garbage\u0001", true)]
    [InlineData("more\ngarbage\n", true)]
    [InlineData("{\"Id\":\"m-9\",\"Timest", true)]
    [InlineData("{\"Id\":\"x\",\"Timestamp\":\"t\"}", true)]
    [InlineData("{\"Id\":\"x\",\"Timestamp\":\"t\"}\n", false)]
    [InlineData("{\"note\":1}\n{\"note\":2}\n", false)]
    public void What_others_append_is_kept_in_place_if_it_is_a_line_and_in_quarantine_if_not(string appended, bool torn)
    {
        foreach (bool withManifest in (bool[])[true, false])
        {
            byte[] bytes = [.. _session.Whole, .. Encoding.UTF8.GetBytes(appended)];
            IReadOnlyList<KnownDamage> damage = Check($"{appended} appended", bytes, withManifest, [], mustName: false);
            Assert.Equal(torn, !_session.Journal.AsSpan().StartsWith(bytes));
            if (torn)
            {
                Assert.Empty(damage);
                Assert.Equal(Encoding.UTF8.GetBytes(appended), File.ReadAllBytes(Assert.Single(Quarantined(), f => f.EndsWith(".bytes", StringComparison.Ordinal))));
                continue;
            }

            KnownDamage foreign = Assert.Single(damage);
            Assert.Equal(("foreign", _session.Whole.Length, appended.Length), (foreign.Kind, (int)foreign.Offset, (int)foreign.Length));
        }
    }

    /// <summary>What a crash can have torn a recorder that was killed leaves; where <c>session.json</c> is gone it was no crash.</summary>
    private void Use(bool isKilled)
    {
        if (!isKilled) return;
        _session.Dispose();
        _session = new DamagedSession { IsKilled = true };
    }

    private int Start(int line) => _session.Starts[line - 1];

    /// <summary>
    /// Every byte; every eleventh where a thing is done over again, but all those in which a line ends or
    /// begins.
    /// </summary>
    private IEnumerable<int> Places(bool again) => Enumerable.Range(0, _session.Whole.Length + 1)
        .Where(at => !again || at % 11 == 0 || _session.Starts.Any(s => Math.Abs(s - at) < 60));

    private string[] Quarantined() =>
        Directory.Exists(_session.Logs.Quarantine) ? [.. Directory.GetFiles(_session.Logs.Quarantine).Order()] : [];

    /// <summary>Opens the damaged session three times, and returns the damage that is known then.</summary>
    /// <param name="concerned">The lines that may be named, and must be unless <paramref name="mustName"/> is
    /// false.</param>
    private IReadOnlyList<KnownDamage> Check(
        string what, byte[] damaged, bool withManifest, int[] concerned, bool mustName = true)
    {
        what += withManifest ? ", with session.json" : ", without session.json";
        _session.Put(damaged, withManifest);
        OpenedSession first = _session.OpenAndClose();
        byte[] once = _session.Journal;
        string[] quarantined = Quarantined();

        OpenedSession second = _session.OpenAndClose();
        Assert.True(once.AsSpan().SequenceEqual(_session.Journal), $"{what}: the second opening changes the journal");
        Assert.True(quarantined.SequenceEqual(Quarantined()), $"{what}: the second opening quarantines more");
        Assert.True(first.Manifest.KnownDamage.SequenceEqual(second.Manifest.KnownDamage), $"{what}: the second opening knows other damage");
        Assert.Empty(second.Recovery.Notes);

        OpenedSession third = _session.Open();
        Support.Lines.Append(third.Writer);
        third.Close();
        List<byte[]> lines = DamagedSession.Split(_session.Journal);
        AssertGoesOn(what, third.Manifest);
        AssertNothingLooksGenuineThatIsNot(what, lines, damaged);
        AssertNoWholeLineIsLost(what, damaged, lines);
        AssertNamed(what, concerned, mustName, third.Manifest.KnownDamage, lines);
        return third.Manifest.KnownDamage;
    }

    /// <summary>The lines that may be named when one byte is flipped.</summary>
    private int[] Concerned(int line, byte was, byte[] flipped)
    {
        bool isLast = line == DamagedSession.Count;
        if (was == '\n') return isLast ? [line] : [line, line + 1];

        // The letter J becomes a newline: two pieces, numbered by their place, and what follows stands one
        // farther behind.
        if (flipped.Count((byte)'\n') > DamagedSession.Count) return [line, line + 1, line + 2];

        // The last line has none behind it that would show that it is its number that was changed.
        bool isRenumbered = isLast && JournalLine.TryReadSeq(flipped.AsSpan(Start(line)..^1), out long seq) && seq != line;
        return isRenumbered ? [line, line + 1] : [line];
    }

    private void AssertStaysInPlace(string what, byte[] damaged) =>
        Assert.True(_session.Journal.AsSpan().StartsWith(damaged), $"{what}: it does not stay in place");

    /// <summary>
    /// Whoever reads the whole journal again finds the damage that is known, and nothing behind it.
    /// </summary>
    private void AssertGoesOn(string what, SessionManifest manifest)
    {
        JournalScan scan = new JournalScanner(_session.Logs.CurrentJournal, long.MaxValue)
            .Scan(manifest.Earlier?.Head.End ?? JournalPosition.Start);
        Assert.Equal((what, new FileInfo(_session.Logs.CurrentJournal).Length), (what, scan.End.Offset));
        Assert.Equal((what, manifest.Verified.Seq), (what, scan.End.Seq));
        IEnumerable<string> known = manifest.KnownDamage.Where(d => d.Kind != "torn" && d.IsPlace && d.Session is null)
            .Select(d => $"{d.Kind} {d.Offset} {d.FirstSeq}-{d.LastSeq}").Order();
        IEnumerable<string> found = scan.Damage
            .Select(d => $"{d.Kind.ToString().ToLowerInvariant()} {d.Offset} {d.FirstSeq}-{d.LastSeq}").Order();
        Assert.Equal((what, string.Join("; ", known)), (what, string.Join("; ", found)));
    }

    private void AssertNothingLooksGenuineThatIsNot(string what, List<byte[]> lines, byte[] damaged)
    {
        HashSet<string> originals = [.. DamagedSession.Split(_session.Whole).Select(Text)];
        HashSet<string> before = [.. DamagedSession.Split(damaged).Select(Text)];
        byte[] previous = new byte[32];
        foreach (byte[] line in lines)
        {
            if (!JournalLine.TryReadHash(line.AsSpan().TrimEnd((byte)'\n'), out ChainHash stated)) continue;
            byte[] computed = SHA256.HashData([.. previous, .. line[..^56]]);
            previous = ((ReadOnlySpan<byte>)stated).ToArray();
            if (!computed.AsSpan().SequenceEqual(stated) || originals.Contains(Text(line))) continue;

            JsonElement metadata = DamagedSession.Metadata(line) ?? throw new InvalidOperationException(what);
            bool isOfOpening = !before.Contains(Text(line))
                && ((metadata.TryGetProperty("event", out _) && !metadata.TryGetProperty("salvaged_seq", out _))
                    || Text(line).Contains("\"Message\":\"hello\"", StringComparison.Ordinal));
            Assert.True(isOfOpening || IsCopyOfOriginal(line), $"{what}: {Text(line)} is neither genuine nor new");
        }
    }

    private bool IsCopyOfOriginal(byte[] line)
    {
        if (DamagedSession.Metadata(line) is not { } metadata || !metadata.TryGetProperty("salvaged_seq", out JsonElement former))
            return false;
        int seq = former.GetInt32();
        string unproven = metadata.TryGetProperty("salvaged_unproven", out _) ? ",\"salvaged_unproven\":true" : "";
        string body = Text(line)[..^57];
        string restored = body.Replace($",\"salvaged_seq\":{seq}{unproven}", "", StringComparison.Ordinal);
        int at = restored.LastIndexOf(",\"Seq\":", StringComparison.Ordinal);
        int end = restored.IndexOf(',', at + 1);
        restored = string.Concat(restored.AsSpan(0, at), $",\"Seq\":{seq}", end < 0 ? "" : restored[end..]);
        return restored == Text(_session.Line(seq))[..^56][..restored.Length] && restored.Length >= _session.Line(seq).Length - 57;
    }

    private void AssertNoWholeLineIsLost(string what, byte[] damaged, List<byte[]> lines)
    {
        HashSet<string> kept = [.. lines.Select(Text)];
        if (Directory.Exists(_session.Logs.Archive))
        {
            foreach (string archived in Directory.GetFiles(_session.Logs.Archive, "*.jsonl"))
                kept.UnionWith(DamagedSession.Split(File.ReadAllBytes(archived)).Select(Text));
        }

        HashSet<int> salvaged = [.. lines.Where(IsCopyOfOriginal)
            .Select(l => DamagedSession.Metadata(l)!.Value.GetProperty("salvaged_seq").GetInt32())];
        HashSet<string> present = [.. DamagedSession.Split(damaged).Select(Text)];
        for (int number = 1; number <= DamagedSession.Count; number++)
        {
            string line = Text(_session.Line(number));
            if (present.Contains(line))
                Assert.True(kept.Contains(line) || salvaged.Contains(number), $"{what}: line {number} was lost");
        }
    }

    private static void AssertNamed(
        string what, int[] concerned, bool mustName, IReadOnlyList<KnownDamage> known, List<byte[]> lines)
    {
        HashSet<int> named = [];
        foreach (KnownDamage d in known.Where(d => d.Kind != "foreign" && d.IsPlace)) named.UnionWith(Range(d.FirstSeq, d.LastSeq));
        foreach (JsonElement told in lines.Select(DamagedSession.Metadata).OfType<JsonElement>())
        {
            if (!told.TryGetProperty("event", out JsonElement e) || e.GetString() is not ("gap" or "recovered")) continue;
            if (told.TryGetProperty("lost", out JsonElement lost))
            {
                named.UnionWith(lost.GetString()!.Split(", ").Select(range => range.Split(" to ").Select(n => int.Parse(n, CultureInfo.InvariantCulture)).ToArray())
                    .SelectMany(ends => Range(ends[0], ends[^1])));
                continue;
            }

            if (told.GetProperty("kind").GetString() is "foreign" or "lost_end" || !told.TryGetProperty("first_seq", out JsonElement first)) continue;
            named.UnionWith(Range(first.GetInt64(), told.GetProperty("last_seq").GetInt64()));
        }

        Assert.True(named.IsSubsetOf(concerned), $"{what}: names {string.Join(',', named)}, and only {string.Join(',', concerned)} is concerned");
        if (mustName) Assert.True(named.Count > 0 || concerned.Length == 0, $"{what}: names nothing");
        Assert.Equal(known.Count(d => d.Kind != "torn"), lines.Count(l => DamagedSession.Metadata(l) is { } m
            && m.TryGetProperty("event", out JsonElement e) && e.GetString() == "gap"));
    }

    private static IEnumerable<int> Range(long first, long last) => Enumerable.Range((int)first, (int)(last - first + 1));

    private static string Text(byte[] bytes) => Encoding.Latin1.GetString(bytes);
}
