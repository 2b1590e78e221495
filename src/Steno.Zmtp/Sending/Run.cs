using Steno.Zmtp.Buffers;

namespace Steno.Zmtp.Sending;

/// <summary>Whole messages that stand behind each other in one buffer, as they go over the wire. The queue
/// that holds it has a reference to the buffer. <c>Charge</c> is the memory the run answers for: the whole
/// buffer if it is the first run to hold it there, else nothing.</summary>
internal readonly record struct Run(PooledBuffer Buffer, int Offset, int Length, int Messages, long Charge);
