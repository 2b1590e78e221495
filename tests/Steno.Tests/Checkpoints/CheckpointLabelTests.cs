using Steno.Core.Checkpoints;
using Steno.Tests.Commands;

namespace Steno.Tests.Checkpoints;

public sealed class CheckpointLabelTests
{
    [Theory]
    [InlineData("a")]
    [InlineData("before-refactoring")]
    [InlineData("_v1.2-rc.3_")]
    [InlineData("0123456789012345678901234567890123456789012345678901234567890123")]
    public void A_plain_name_is_taken(string label) => Assert.Equal(label, CheckpointLabel.Require(label));

    [Theory]
    [InlineData("")]
    [InlineData(".hidden")]
    [InlineData("..")]
    [InlineData("-rf")]
    [InlineData("../../etc/passwd")]
    [InlineData("a/b")]
    [InlineData("a\\b")]
    [InlineData("a b")]
    [InlineData("a\0b")]
    [InlineData("a\nb")]
    [InlineData("\u001b[2J")]
    [InlineData("ü")]
    [InlineData("a\u202eb")]
    [InlineData("01234567890123456789012345678901234567890123456789012345678901234")]
    public void Anything_else_is_refused_with_what_is_allowed(string label)
    {
        CheckpointRefusedException refused = Assert.Throws<CheckpointRefusedException>(() => CheckpointLabel.Require(label));
        Assert.Contains(CheckpointLabel.Allowed, refused.Hint, StringComparison.Ordinal);
    }

    /// <summary>Whoever then names that other checkpoint would get this one, as to delete it.</summary>
    [Theory]
    [InlineData("20261129T125850Z")]
    [InlineData("20261129T125850Z_21_shutdown")]
    public void What_looks_like_the_id_of_a_checkpoint_is_no_label(string label)
    {
        Assert.Contains("no checkpoint's id", Assert.Throws<CheckpointRefusedException>(() => CheckpointLabel.Require(label)).Hint, StringComparison.Ordinal);
        VerbRun run = VerbRun.Of("checkpoint", "create", "--label", label);
        Assert.Equal(2, run.Code);
        Assert.Contains("no checkpoint's id", run.Error, StringComparison.Ordinal);
        Assert.True(CheckpointLabel.IsValid(label)); // a checkpoint of an earlier version that has it is still read
        Assert.True(CheckpointLabel.IsValidName(label)); // sessions have other ids
    }

    [Theory]
    [InlineData("20261129")]
    [InlineData("20261129T125850Z-before")]
    [InlineData("20261329T125850Z_21")]
    public void A_date_is_a_label(string label) => Assert.Equal(label, CheckpointLabel.Require(label));

    [Fact]
    public void A_label_of_300_characters_is_refused_and_not_repeated_whole() =>
        Assert.InRange(Assert.Throws<CheckpointRefusedException>(() => CheckpointLabel.Require(new string('x', 300))).Message.Length, 20, 120);
}
