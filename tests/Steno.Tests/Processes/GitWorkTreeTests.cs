using Steno.Core.Checkpoints;
using Steno.Processes;

namespace Steno.Tests.Processes;

public sealed class GitWorkTreeTests : IDisposable
{
    private const string Commit = "0123456789abcdef0123456789abcdef01234567";

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Branch_and_commit_are_read_from_any_directory_of_the_work_tree()
    {
        _directory.File(".git/HEAD", "ref: refs/heads/feature/x\n");
        _directory.File(".git/refs/heads/feature/x", Commit + "\n");
        string below = Path.GetDirectoryName(_directory.File("src/deep/file", ""))!;
        Assert.Equal(new CheckpointTold(below, "feature/x", Commit), GitWorkTree.Describe(below));
    }

    [Fact]
    public void A_packed_reference_and_a_detached_head_are_read()
    {
        _directory.File(".git/HEAD", "ref: refs/heads/main\n");
        _directory.File(".git/packed-refs", $"# pack-refs\n{new string('f', 40)} refs/heads/x-main\n{Commit} refs/heads/main\n");
        Assert.Equal(new CheckpointTold(_directory.Path, "main", Commit), GitWorkTree.Describe(_directory.Path));

        _directory.File(".git/HEAD", Commit + "\n");
        Assert.Equal(new CheckpointTold(_directory.Path, null, Commit), GitWorkTree.Describe(_directory.Path));
    }

    [Fact]
    public void A_further_work_tree_is_followed_to_its_repository()
    {
        _directory.File("main/.git/worktrees/w/HEAD", "ref: refs/heads/w\n");
        _directory.File("main/.git/worktrees/w/commondir", "../..\n");
        _directory.File("main/.git/refs/heads/w", Commit + "\n");
        _directory.File("w/.git", $"gitdir: {_directory.Join("main/.git/worktrees/w")}\n");
        Assert.Equal("w", GitWorkTree.Describe(_directory.Join("w")).GitBranch);
        Assert.Equal(Commit, GitWorkTree.Describe(_directory.Join("w")).GitCommit);
    }

    [Theory]
    [InlineData("")]
    [InlineData("ref: ")]
    [InlineData("ref: refs/heads/none\n")]
    [InlineData("no commit at all\n")]
    public void What_cannot_be_read_is_left_out(string head)
    {
        _directory.File(".git/HEAD", head);
        CheckpointTold told = GitWorkTree.Describe(_directory.Path);
        Assert.Equal((_directory.Path, null), (told.WorkingDirectory, told.GitCommit));
    }
}
