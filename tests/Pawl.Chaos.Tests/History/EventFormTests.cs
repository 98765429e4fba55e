namespace Pawl.Chaos.Tests.History;

public sealed class EventFormTests
{
    [Fact]
    public void Packed_events_are_read_by_the_description_of_their_form()
    {
        byte[] pack =
        [
            1,
            0, 0, 3, 0, 0x80 | 16, 2, 1, 0, 0,                                // created, none to queued, job 136
            3, 3, 4, 17, 1, 1, 1, 20, 9, 2, (byte)'m', (byte)'e',             // started, one job before, attempt 1, by worker 9 and "me"
            13, 4, 5, 10, 0, 1, 1, 3, 1, (byte)'r', 2, (byte)'{', (byte)'}',  // succeeded, the same job, a reason and data
        ];

        Assert.Equal(
            [
                new(41, "created", 136, 1, 0, null, "queued", null, null, 1_000),
                new(42, "started", 135, 1, 1, "queued", "running", null, 9, 1_010),
                new StoredEvent(43, "succeeded", 135, 1, 1, "running", "succeeded", "r", null, 998),
            ],
            EventForm.Read(pack, 41, 1_000));
    }

    [Fact]
    public void Another_form_is_refused() => Assert.Throws<InvalidDataException>(() => EventForm.Read([2, 0], 1, 0));
}
